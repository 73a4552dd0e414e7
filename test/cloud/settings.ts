import { FUNCTIONS, type FunctionName } from "../../infra/functions.ts";
import { lambdaOf } from "../support/template.ts";
import { matcher } from "./filter.ts";
import type { StreamRecord } from "./shard-reader.ts";
import type { Template } from "./template.ts";

export interface FunctionSettings {
  /** The template's name of it. */
  readonly resource: string;
  readonly handler: string;
  readonly role: string;
  readonly timeoutMs: number;
  readonly memory: number;
  readonly variables: Readonly<Record<string, string>>;
}

/** What both kinds of event sources have. */
interface SourceSettings {
  readonly batchSize: number;
  /** Whether what the function answers says which of a batch failed. */
  readonly reportsItems: boolean;
}

export interface QueueSettings extends SourceSettings {
  /** Names of the template. */
  readonly name: string;
  readonly deadLetters: string;
  readonly maxReceiveCount: number;
}

export interface StreamSettings extends SourceSettings {
  readonly maximumRetryAttempts: number;
  readonly bisects: boolean;
  /** Batches of one shard that are handled at the same time. */
  readonly parallelization: number;
  readonly passes: (record: StreamRecord) => boolean;
  /** The queue for what failed for good. */
  readonly failures: string;
}

/** What the template says of what the test plays itself. */
export interface Settings {
  readonly table: string;
  readonly streamView: string;
  readonly functions: Readonly<Record<FunctionName, FunctionSettings>>;
  readonly queue: QueueSettings;
  readonly stream: StreamSettings;
  /** Attributes of every queue, as SQS wants them. */
  readonly queues: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** What the scheduler sends to a function, once for each of its schedules. */
  readonly inputs: (name: FunctionName) => readonly unknown[];
}

interface FunctionProperties {
  readonly Handler: string;
  readonly Runtime: string;
  readonly Role: string;
  readonly Timeout: number;
  readonly MemorySize: number;
  readonly Environment: { readonly Variables: Readonly<Record<string, string | number>> };
}

interface MappingProperties {
  readonly EventSourceArn: string;
  readonly FunctionName: string;
  readonly BatchSize: number;
  readonly FunctionResponseTypes?: readonly string[];
  readonly MaximumRetryAttempts: number;
  readonly BisectBatchOnFunctionError?: boolean;
  readonly ParallelizationFactor?: number;
  readonly FilterCriteria?: { readonly Filters: readonly { readonly Pattern: string }[] };
  readonly DestinationConfig?: { readonly OnFailure: { readonly Destination: string } };
}

interface ScheduleProperties {
  readonly Target: { readonly Arn: string; readonly Input?: string };
}

interface TableProperties {
  readonly StreamSpecification: { readonly StreamViewType: string };
}

export function settingsOf(template: Template): Settings {
  const [[table, { StreamSpecification }] = none("table")] =
    template.resources<TableProperties>("AWS::DynamoDB::Table");
  const functions = FUNCTIONS.map((name) => [name, functionOf(template, name)] as const);
  const schedules = [...template.resources<ScheduleProperties>("AWS::Scheduler::Schedule").values()];
  const queues = new Map(
    [...template.resources("AWS::SQS::Queue")].map(([name, properties]) => [name, attributesOf(properties as object)]),
  );
  return {
    table,
    streamView: StreamSpecification.StreamViewType,
    functions: Object.fromEntries(functions) as Record<FunctionName, FunctionSettings>,
    queue: queueOf(mappingOf(template, "poll"), queues),
    stream: streamOf(mappingOf(template, "deliver")),
    queues,
    inputs: (name) =>
      schedules
        .filter(({ Target }) => Target.Arn.endsWith(`:${lambdaOf(name)}`))
        .map(({ Target }) => JSON.parse(Target.Input ?? "{}")),
  };
}

function functionOf(template: Template, name: FunctionName): FunctionSettings {
  const resource = lambdaOf(name);
  const found = template.resources<FunctionProperties>("AWS::Lambda::Function").get(resource);
  if (found?.Runtime !== "nodejs24.x") throw new Error(`${resource} is not there, or not for this Node`);
  const variables = Object.entries(found.Environment.Variables).map(([key, value]) => [key, String(value)]);
  return {
    resource,
    handler: found.Handler,
    role: lastOf(found.Role, "/"),
    timeoutMs: found.Timeout * 1000,
    memory: found.MemorySize,
    variables: Object.fromEntries(variables),
  };
}

function mappingOf(template: Template, name: FunctionName): MappingProperties {
  const mappings = [...template.resources<MappingProperties>("AWS::Lambda::EventSourceMapping").values()];
  const [only, ...others] = mappings.filter(({ FunctionName }) => lastOf(FunctionName, ":") === lambdaOf(name));
  if (only === undefined || others.length > 0) throw new Error(`${name} has not one event source`);
  return only;
}

function sourceOf({ BatchSize, FunctionResponseTypes = [] }: MappingProperties): SourceSettings {
  return { batchSize: BatchSize, reportsItems: FunctionResponseTypes.includes("ReportBatchItemFailures") };
}

function queueOf(mapping: MappingProperties, queues: Settings["queues"]): QueueSettings {
  const name = lastOf(mapping.EventSourceArn, ":");
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(queues.get(name)?.RedrivePolicy ?? "{}");
  return { ...sourceOf(mapping), name, deadLetters: lastOf(deadLetterTargetArn, ":"), maxReceiveCount };
}

function streamOf(mapping: MappingProperties): StreamSettings {
  const filters = mapping.FilterCriteria?.Filters.map(({ Pattern }) => matcher(JSON.parse(Pattern)));
  return {
    ...sourceOf(mapping),
    maximumRetryAttempts: mapping.MaximumRetryAttempts,
    bisects: mapping.BisectBatchOnFunctionError ?? false,
    parallelization: mapping.ParallelizationFactor ?? 1,
    passes: (record) => filters?.some((passes) => passes(record)) ?? true,
    failures: lastOf(mapping.DestinationConfig?.OnFailure.Destination ?? "", ":"),
  };
}

const ATTRIBUTES = ["VisibilityTimeout", "MessageRetentionPeriod", "RedrivePolicy"];

function attributesOf(properties: object): Record<string, string> {
  const known = Object.entries(properties).filter(([name]) => ATTRIBUTES.includes(name));
  return Object.fromEntries(
    known.map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : String(value)]),
  );
}

function lastOf(text: string, separator: string): string {
  return text.split(separator).at(-1) ?? "";
}

function none(what: string): never {
  throw new Error(`the template has no ${what}`);
}

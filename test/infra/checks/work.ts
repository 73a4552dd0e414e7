import { at, isObject, lambdaOf, list, ofType, type Resource, type Template } from "../../support/template.ts";
import { complaints } from "./data.ts";

const FUNCTIONS = ["schedule", "poll", "deliver", "retry"];
const SHARDS = [0, 1, 2, 3, 4, 5, 6, 7];

/** What each function has in its environment, besides what all have. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  schedule: ["JOBBELL_QUEUE_URL"],
  poll: ["JOBBELL_TABLE"],
  deliver: ["JOBBELL_TABLE"],
  retry: ["JOBBELL_TABLE"],
};
const COMMON = ["NODE_OPTIONS", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"];

/** Each function runs where its bundle does, with what its code asks the environment for and nothing else. */
export function functions(template: Template): readonly string[] {
  return FUNCTIONS.flatMap((name) => {
    const { Runtime, Architectures, Handler, Environment, ReservedConcurrentExecutions } =
      template.Resources[lambdaOf(name)]?.Properties ?? {};
    const variables = Object.keys((at(Environment, "Variables") as object | undefined) ?? {}).sort();
    const wanted = [...COMMON, ...(OWN[name] ?? [])].sort();
    return complaints(name, {
      "has another runtime": Runtime !== "nodejs24.x" || at(Architectures, 0) !== "arm64",
      "has another handler": Handler !== "index.handler",
      "takes from the account's concurrency": ReservedConcurrentExecutions !== undefined,
      [`has ${variables.join(", ")} in its environment`]: variables.join() !== wanted.join(),
    });
  });
}

/** Each function's log is made here, and ends. */
export function logs(template: Template): readonly string[] {
  const groups = ofType(template, "AWS::Logs::LogGroup").map(([, { Properties }]) => Properties);
  return FUNCTIONS.flatMap((name) => {
    const wanted = `/aws/lambda/${template.Resources[lambdaOf(name)]?.Properties.FunctionName}`;
    const group = groups.find(({ LogGroupName }) => LogGroupName === wanted);
    return complaints(name, { "has a log without an end": !(Number(group?.RetentionInDays) > 0) });
  });
}

/** Ticks come from schedules of the group, once, and a late one is dropped. */
export function schedules(template: Template): readonly string[] {
  const found = ofType(template, "AWS::Scheduler::Schedule");
  const targets = found.map(([, each]) => targetOf(each));
  return [
    ...found.flatMap(([name, { Properties }]) =>
      complaints(name, {
        "tries again": at(Properties, "Target", "RetryPolicy", "MaximumRetryAttempts") !== 0,
        "comes late": at(Properties, "Target", "RetryPolicy", "MaximumEventAgeInSeconds") !== 60,
        "comes when it likes": at(Properties, "FlexibleTimeWindow", "Mode") !== "OFF",
        "is in no group": at(Properties, "GroupName", "Ref") !== "ScheduleGroup",
      }),
    ),
    ...["schedule", "retry"].flatMap((name) => stale(template, name)),
    ...complaints("schedule", {
      "is not called once": targets.filter((to) => to === lambdaOf("schedule")).length !== 1,
    }),
    ...complaints("retry", { "does not look at each shard once": shardsOf(found) !== SHARDS.join() }),
  ];
}

function targetOf({ Properties }: Resource): unknown {
  return at(Properties, "Target", "Arn", "Fn::GetAtt", 0);
}

function shardsOf(found: readonly (readonly [string, Resource])[]): string {
  const inputs = found.filter(([, each]) => targetOf(each) === lambdaOf("retry"));
  const shards = inputs.flatMap(([, { Properties }]) =>
    list(at(JSON.parse(String(at(Properties, "Target", "Input") ?? "{}")), "shards")),
  );
  return shards.map(Number).sort().join();
}

/** Lambda itself would try an asynchronous call again, for six hours. */
function stale(template: Template, name: string): readonly string[] {
  const settings = ofType(template, "AWS::Lambda::EventInvokeConfig").find(
    ([, { Properties }]) => at(Properties, "FunctionName", "Ref") === lambdaOf(name),
  );
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = settings?.[1].Properties ?? {};
  return complaints(name, {
    "is tried again": MaximumRetryAttempts !== 0,
    "is called late": MaximumEventAgeInSeconds !== 60,
  });
}

const PARTIAL = "ReportBatchItemFailures";

/** Poll gets one message at a time, and bounded. Deliver gets new deliveries, and no record holds it up for ever. */
export function mappings(template: Template): readonly string[] {
  const poll = mappingOf(template, "poll");
  const deliver = mappingOf(template, "deliver");
  return [
    ...complaints("poll", {
      "gets several messages": poll.BatchSize !== 1,
      "loses what failed": at(poll, "FunctionResponseTypes", 0) !== PARTIAL,
      "has no bound": !(Number(at(poll, "ScalingConfig", "MaximumConcurrency")) >= 2),
      "reads another queue": at(poll, "EventSourceArn", "Fn::GetAtt", 0) !== "PollQueue",
    }),
    ...complaints("deliver", {
      "fails as a whole": at(deliver, "FunctionResponseTypes", 0) !== PARTIAL,
      "does not find the record that fails": deliver.BisectBatchOnFunctionError !== true,
      "tries for ever": deliver.MaximumRetryAttempts !== 3 || deliver.MaximumRecordAgeInSeconds !== 3600,
      "forgets what it gives up":
        at(deliver, "DestinationConfig", "OnFailure", "Destination", "Fn::GetAtt", 0) !== "StreamDeadLetters",
      "misses what is queued first": deliver.StartingPosition !== "TRIM_HORIZON",
      "waits for a full batch": deliver.MaximumBatchingWindowInSeconds !== 0,
      "is called for other rows": at(deliver, "FilterCriteria", "Filters", 0, "Pattern") !== NEW_DELIVERIES,
    }),
  ];
}

const NEW_DELIVERIES = JSON.stringify({
  eventName: ["INSERT"],
  dynamodb: { Keys: { pk: { S: [{ prefix: "delivery#" }] }, sk: { S: [{ prefix: "evt_" }] } } },
});

function mappingOf(template: Template, name: string): Readonly<Record<string, unknown>> {
  const found = ofType(template, "AWS::Lambda::EventSourceMapping").find(
    ([, { Properties }]) => at(Properties, "FunctionName", "Fn::GetAtt", 0) === lambdaOf(name),
  );
  return found?.[1].Properties ?? {};
}

const NAMES = ["FunctionName", "LogGroupName", "AlarmName", "DashboardName", "RoleName", "QueueName", "TableName"];
const MORE_NAMES = ["TopicName", "BucketName", "Name", "GroupName", "PolicyName"];

/** Names that the template gives by itself, and does not leave to CloudFormation. */
export function physicalNames(template: Template): readonly string[] {
  const names = Object.values(template.Resources).flatMap(({ Properties = {} }) =>
    [...NAMES, ...MORE_NAMES].map((key) => Properties[key]),
  );
  const exported = Object.values(template.Outputs).map((output) => at(output, "Export", "Name"));
  return [...names, ...exported].filter((name): name is string => typeof name === "string");
}

/** Two installations of one account meet nowhere. */
export function named(template: Template, stage: string): readonly string[] {
  return physicalNames(template)
    .filter((name) => !name.includes(`jobbell-${stage}`))
    .map((name) => `${name} does not name the stage`);
}

/** What is to be seen of a function from outside is told in its outputs. */
export function outputs(template: Template): readonly string[] {
  const wanted = ["TableName", "AlarmTopicArn", "PollQueueUrl", "PollDeadLettersUrl", "StreamDeadLettersUrl"];
  return wanted.filter((name) => !isObject(template.Outputs[name])).map((name) => `${name} is not told`);
}

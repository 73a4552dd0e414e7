import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { FUNCTIONS, type FunctionName } from "../../infra/functions.ts";
import { startDynamodbLocal } from "../support/dynamodb-local.ts";
import { type AwsProxy, startAwsProxy } from "./aws-proxy.ts";
import { openFunction } from "./function.ts";
import type { Lambda } from "./lambda.ts";
import { arnOf } from "./names.ts";
import { type Package, pack } from "./pack.ts";
import { openQueueSource } from "./queue-source.ts";
import { type Queues, startQueues } from "./queues.ts";
import { covers, permissionsOf } from "./roles.ts";
import type { Secrets } from "./secrets.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { openStreamSource } from "./stream-source.ts";
import { createTable, type Table } from "./table.ts";
import { until } from "./until.ts";

/** Jobbell as it would stand in an account: functions, table, stream, queues, and AWS as each of the functions sees it. */
export interface Cloud extends AsyncDisposable {
  readonly functions: Readonly<Record<FunctionName, Lambda>>;
  readonly aws: Readonly<Record<FunctionName, AwsProxy>>;
  readonly table: Table;
  readonly queues: Queues;
  readonly settings: Settings;
  readonly template: Package["template"];
  /** What the scheduler starts each minute: the schedule function, and what it queued, by as many pollers. */
  minute(options?: { readonly schedules?: number; readonly pollers?: number }): Promise<void>;
  /** The pollers of the queue alone. */
  poll(): Promise<void>;
  /** Hands the table's stream to the deliver function until `done`. */
  deliver(done: () => boolean | Promise<boolean>): Promise<void>;
  /** What else the scheduler starts each minute. */
  retry(): Promise<void>;
}

/** Packages and installs this configuration. */
export async function startCloud(config: string, secrets: Secrets): Promise<Cloud> {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "jobbell-cloud-"));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const { template, folders } = await pack(config, folder);
  const settings = settingsOf(template);
  const dynamodb = await startDynamodbLocal();
  stack.defer(() => dynamodb.stop());
  const table = await createTable(dynamodb.client, settings.table, settings.streamView);
  const queues = stack.use(await startQueues(settings));
  const services = {
    dynamodb: await endpointOf(dynamodb.client),
    sqs: queues.address,
    // The emulation has a region of its own.
    streamArn: arnOf("dynamodb", table.streamArn.slice(table.streamArn.indexOf("table/"))),
    secrets,
  };

  const aws = {} as Record<FunctionName, AwsProxy>;
  const functions = {} as Record<FunctionName, Lambda>;
  for (const name of FUNCTIONS) {
    const permissions = permissionsOf(template, settings.functions[name].role);
    const allows: AwsProxy["allows"] = (use) => permissions.some((permission) => covers(permission, use));
    aws[name] = stack.use(await startAwsProxy({ ...services, allows }));
    functions[name] = stack.use(openFunction(settings.functions[name], folders[name], aws[name].url));
  }
  const [endpoint, lambda] = [aws.poll.url, functions.poll];
  const queue = stack.use(openQueueSource({ endpoint, settings: settings.queue, lambda }));
  const { streamArn } = table;
  const stream = stack.use(
    openStreamSource({ endpoint: aws.deliver.url, settings: settings.stream, streamArn, lambda: functions.deliver }),
  );
  const running = stack.move();

  return {
    functions,
    aws,
    table,
    queues,
    settings,
    template,
    async minute({ schedules = 1, pollers = 1 } = {}) {
      for (let times = 0; times < schedules; times += 1) await start(functions.schedule, settings.inputs("schedule"));
      await queue.drain(pollers);
    },
    poll: () => queue.drain(),
    deliver: (done) =>
      until(async () => {
        await stream.drain();
        return done();
      }, "the stream's records were delivered"),
    retry: () => start(functions.retry, settings.inputs("retry")),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function start(lambda: Lambda, inputs: readonly unknown[]): Promise<void> {
  const outcomes = await Promise.all(inputs.map((input) => lambda.invoke(input)));
  const failed = outcomes.find(({ state }) => state !== "returned");
  if (failed !== undefined) throw new Error(`${lambda.name}: ${JSON.stringify(failed)}`);
}

async function endpointOf({ config }: DynamoDBClient): Promise<string> {
  const { protocol, hostname, port } = (await config.endpoint?.()) ?? { protocol: "", hostname: "", port: 0 };
  return `${protocol}//${hostname}:${port}`;
}

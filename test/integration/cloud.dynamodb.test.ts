import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { Context, DynamoDBStreamEvent, SQSEvent } from "aws-lambda";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileConfig } from "#config/compiled";
import { parseConfig } from "#config/config";
import { type ApiServer, startApiServer } from "#sim/api-server";
import { deliveryKey } from "#store/dynamodb/delivery-row";
import { dynamodbStore } from "#store/dynamodb/dynamodb-store";
import { type DynamodbLocal, startDynamodbLocal } from "../support/dynamodb-local.ts";
import { createJob, setCondition } from "../support/job-life.ts";
import { type SlackServer, startSlack, startWebhook, type WebhookServer } from "../support/loopback-receiver.ts";
import { type SecretsServer, startSecrets } from "../support/secrets-server.ts";

const CONFIG = `
clusters:
  - { name: prod, server: "\${ssm:/prod/server}", auth: { token: "\${secretsmanager:prod#token}" } }
  - { name: lost, server: "\${ssm:/lost/server}", auth: { token: "\${ssm:/lost/token}" } }
receivers:
  - { name: chat, slack: { webhookUrl: "\${ssm:/slack}", allowInsecure: true, allowPrivate: true } }
  - { name: hook, webhook: { url: "\${ssm:/hook}", allowInsecure: true, allowPrivate: true, secret: "\${ssm:/hook/secret}" } }
  - { name: spare, webhook: { url: "\${ssm:/hook}", allowInsecure: true, allowPrivate: true, secret: "\${ssm:/hook/secret}" } }
  - { name: mute, webhook: { url: "\${ssm:/not/there}", allowInsecure: true, allowPrivate: true } }
namespaces:
  - { namespace: ml, cluster: prod, kinds: [TFJob, Job], routes: [{ receivers: [chat, hook] }] }
  - { namespace: quiet, cluster: prod, kinds: [TFJob], routes: [{ receivers: [mute] }] }
  - { namespace: ml, cluster: lost, kinds: [TFJob], routes: [{ receivers: [hook] }] }
`;
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

let dynamodb: DynamodbLocal;
let table: string;
let queue: FauxqsServer;
let api: ApiServer;
let chat: SlackServer;
let hook: WebhookServer;
let secrets: SecretsServer;
let folder: string;
let functions: Awaited<ReturnType<typeof loadFunctions>>;

beforeAll(async () => {
  [dynamodb, queue, api, chat, hook, secrets, folder] = await Promise.all([
    startDynamodbLocal(),
    startFauxqs({ port: 0, logger: false }),
    startApiServer({ now: Date.now, token: "first.token" }),
    startSlack(),
    startWebhook(SECRET),
    startSecrets(),
    mkdtemp(join(tmpdir(), "jobbell-cloud-")),
  ]);
  table = await dynamodb.freshTable();
  queue.createQueue("polls");
  await writeFile(join(folder, "config.json"), compileConfig(parseConfig(CONFIG, "f.yml"), "."));
  Object.assign(process.env, {
    LAMBDA_TASK_ROOT: folder,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "fake",
    AWS_SECRET_ACCESS_KEY: "fake",
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
    AWS_ENDPOINT_URL_SQS: queue.address,
    AWS_ENDPOINT_URL_SSM: secrets.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    JOBBELL_TABLE: table,
    JOBBELL_QUEUE_URL: `${queue.address}/000000000000/polls`,
    POWERTOOLS_LOG_LEVEL: "SILENT",
    POWERTOOLS_METRICS_DISABLED: "true",
  });
  const values = {
    ...{ "/prod/server": api.url, prod: '{"token":"first.token"}', "/slack": chat.url, "/hook": hook.url },
    ...{ "/hook/secret": SECRET, "/lost/server": api.url },
  };
  for (const [name, value] of Object.entries(values)) secrets.values.set(name, value);
  functions = await loadFunctions();
}, 60_000);

afterAll(async () => {
  await Promise.all([dynamodb?.stop(), queue?.stop(), api?.close(), chat?.close(), hook?.close(), secrets?.close()]);
  await rm(folder, { recursive: true });
});

test("the schedule puts every watch into the queue, those of a cluster together", async () => {
  await functions.schedule({}, context());
  const messages = (queue.inspectQueue("polls")?.messages.ready ?? []).map(({ body }) => JSON.parse(body));
  expect(messages.map(({ cluster, watches }) => ({ cluster, watches }))).toEqual([
    { cluster: "prod", watches: [ML, "prod/ml/jobs.batch", QUIET] },
    { cluster: "lost", watches: [LOST] },
  ]);
  for (const { at } of messages) expect(Math.abs(Date.now() - at)).toBeLessThan(60_000);
});

test("a function that cannot do its work fails with the name of the error, and nothing that hangs on it", async () => {
  const { JOBBELL_QUEUE_URL } = process.env;
  process.env.JOBBELL_QUEUE_URL = `${queue.address}/000000000000/none`;
  const error = await functions.schedule({}, context()).catch((reason: unknown) => reason);
  process.env.JOBBELL_QUEUE_URL = JOBBELL_QUEUE_URL;
  expect(error).toMatchObject({ message: "QueueDoesNotExist" });
  expect(error).not.toHaveProperty("cause");
});

test("what the queue refuses is sent once more, and then the function fails", async () => {
  const { JOBBELL_QUEUE_URL } = process.env;
  const sent: string[][] = [];
  const refusing = createServer(async (request, response) => {
    const { Entries } = (await json(request)) as { Entries: { Id: string }[] };
    sent.push(Entries.map(({ Id }) => Id));
    const Failed = Entries.slice(0, 1).map(({ Id }) => ({ Id, SenderFault: false, Code: "InternalError" }));
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify({ Failed }));
  });
  refusing.listen(0, "127.0.0.1");
  await once(refusing, "listening");
  process.env.JOBBELL_QUEUE_URL = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/1/polls`;
  const outcome = await functions.schedule({}, context()).catch((reason: unknown) => reason);
  process.env.JOBBELL_QUEUE_URL = JOBBELL_QUEUE_URL;
  refusing.closeAllConnections();
  refusing.close();
  expect(sent).toEqual([["0", "1"], ["0"]]);
  expect(outcome).toBeInstanceOf(Error);
});

test("a job's first step goes from the queue's message to the receivers, by the record of the table's stream", async () => {
  await poll("prod", [ML, QUIET]);
  const uid = createJob(api, "mnist");
  setCondition(api, "mnist", "Created", now());
  expect(await poll("prod", [ML, QUIET])).toEqual({ batchItemFailures: [] });
  expect(await deliver(recordOf(uid, "chat"), recordOf(uid, "hook"))).toEqual({ batchItemFailures: [] });
  expect(chat.messages).toHaveLength(1);
  // Two receivers use it.
  expect(secrets.asked.filter((name) => name === "/hook")).toHaveLength(1);
  expect(hook.events).toMatchObject([{ body: { type: "job.created", data: { job: { name: "mnist" } } } }]);
});

test("what failed is brought by the retry function once its time has come, with the same id", async () => {
  const uid = createJob(api, "again");
  setCondition(api, "again", "Created", now());
  await poll("prod", [ML]);
  const before = hook.requests.length;
  hook.answer({ status: 503 });
  await deliver(recordOf(uid, "hook"));
  await functions.retry({}, context());
  expect(hook.requests).toHaveLength(before + 1);
  await makeDue({ uid, receiver: "hook" });
  // Of two workers that share the outbox, one has this stream.
  await functions.retry({ shards: [0, 1, 2, 3] }, context());
  await functions.retry({ shards: [4, 5, 6, 7] }, context());
  const ids = hook.requests.slice(before).map(({ headers }) => headers["webhook-id"]);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

test("a record that cannot be understood fails alone", async () => {
  const uid = createJob(api, "beside-poison");
  setCondition(api, "beside-poison", "Created", now());
  await poll("prod", [ML]);
  const before = hook.accepted.length;
  const poison = { pk: { S: "delivery#no-receiver" }, sk: { S: "evt" } };
  const answer = await deliver(poison, recordOf(uid, "hook"));
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
  expect(hook.accepted).toHaveLength(before + 1);
});

test("a delivery whose receiver's secret cannot be read waits, and says which", async () => {
  const uid = createJob(api, "unheard", {}, "quiet");
  setCondition(api, "unheard", "Created", now(), "quiet");
  await poll("prod", [QUIET]);
  await deliver(recordOf(uid, "mute"));
  expect(await store().head({ uid, receiver: "mute" })).toMatchObject({
    failures: 0,
    error: expect.stringContaining("${ssm:/not/there}: not found in this account and region"),
  });
});

test.each([
  ["is not JSON", "}{"],
  ["is not a message of ours", "{}"],
])("a message that %s fails, so that it ends as a dead letter", async (_, body) => {
  expect(await functions.poll(sqsEvent(body), context())).toEqual({ batchItemFailures: [{ itemIdentifier: "m-1" }] });
});

test("a message that waited too long is dropped, since the next one is behind it; one that failed before is not", async () => {
  const before = api.requestCount;
  const old = { cluster: "prod", watches: [ML], at: Date.now() - 4 * 60_000 };
  await functions.poll(sqsEvent(JSON.stringify(old)), context());
  expect(api.requestCount).toBe(before);
  await functions.poll(sqsEvent(JSON.stringify(old), "2"), context());
  expect(api.requestCount).toBeGreaterThan(before);
});

test("watches that the package does not know are left out, as after a change of the configuration", async () => {
  const before = api.requestCount;
  expect(await poll("prod", ["prod/gone/jobs.batch"])).toEqual({ batchItemFailures: [] });
  expect(api.requestCount).toBe(before);
});

test("a cluster whose secret is missing fails by itself, and is asked for again with the next message", async () => {
  expect(await poll("lost", [LOST])).toEqual({ batchItemFailures: [] });
  const asked = secrets.asked.filter((name) => name === "/lost/token").length;
  await poll("lost", [LOST]);
  expect(secrets.asked.filter((name) => name === "/lost/token")).toHaveLength(asked + 1);
});

test("a token that the cluster refuses is read anew for the next tick, and no other is", async () => {
  await poll("prod", [ML]);
  const asked = () => secrets.asked.filter((name) => name === "prod").length;
  const before = asked();
  api.fail({ status: 401 });
  await poll("prod", [ML]);
  expect(asked()).toBe(before);
  await poll("prod", [ML]);
  expect(asked()).toBe(before + 1);
});

const ML = "prod/ml/tfjobs.kubeflow.org";
const QUIET = "prod/quiet/tfjobs.kubeflow.org";
const LOST = "lost/ml/tfjobs.kubeflow.org";

/** They read the environment and the configuration when they are first called. */
async function loadFunctions() {
  const [schedule, poller, deliverer, retry] = await Promise.all([
    import("../../functions/schedule.ts"),
    import("../../functions/poll.ts"),
    import("../../functions/deliver.ts"),
    import("../../functions/retry.ts"),
  ]);
  return {
    schedule: schedule.handler,
    poll: poller.handler,
    deliver: deliverer.handler,
    retry: retry.handler,
  };
}

function context(): Context {
  return { awsRequestId: "1", functionName: "f", getRemainingTimeInMillis: () => 60_000 } as Context;
}

function poll(cluster: string, watches: readonly string[]) {
  return functions.poll(sqsEvent(JSON.stringify({ cluster, watches, at: Date.now() })), context());
}

function sqsEvent(body: string, received = "1"): SQSEvent {
  const attributes = { ApproximateReceiveCount: received };
  return { Records: [{ messageId: "m-1", body, attributes, eventSource: "aws:sqs" }] } as SQSEvent;
}

function deliver(...keys: readonly object[]) {
  const Records = keys.map((Keys, index) => ({
    eventName: "INSERT",
    eventSource: "aws:dynamodb",
    dynamodb: { Keys, SequenceNumber: String(index + 1) },
  }));
  return functions.deliver({ Records } as DynamoDBStreamEvent, context());
}

function recordOf(uid: string, receiver: string): object {
  return { pk: { S: `delivery#${uid}#${receiver}` }, sk: { S: "any" } };
}

function store() {
  return dynamodbStore({ client: dynamodb.client, table });
}

/** As if the time of the next attempt had come. */
async function makeDue(stream: { readonly uid: string; readonly receiver: string }): Promise<void> {
  const head = await store().head(stream);
  if (head === undefined) throw new Error("nothing is pending");
  const { pk, sk } = deliveryKey(head);
  await dynamodb.client.send(
    new UpdateItemCommand({
      TableName: table,
      Key: { pk: { S: pk }, sk: { S: sk } },
      UpdateExpression: "SET nextAttemptAt = :now",
      ExpressionAttributeValues: { ":now": { N: String(Date.now()) } },
    }),
  );
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

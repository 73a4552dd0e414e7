import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startFauxqs } from "fauxqs";
import { parseConfig } from "#config/config";
import { tfJob } from "#jobs/kinds/kubeflow";
import { watchId } from "#polling/watch";
import { startApiServer } from "#sim/api-server";
import { watchesOf } from "#wiring";
import type { FunctionName } from "../infra/functions.ts";
import { startDynamodbLocal } from "../test/support/dynamodb-local.ts";
import { startWebhook } from "../test/support/loopback-receiver.ts";
import { startSecrets } from "../test/support/secrets-server.ts";
import { openBundles } from "./bundles.ts";
import { startHandler, typical } from "./handlers.ts";
import { KINDS, objectsAt, START } from "./workload.ts";

const CONFIG = `
clusters: [{ name: prod, server: "\${ssm:/server}", auth: { token: "\${ssm:/token}" } }]
receivers: [{ name: chat, webhook: { url: "\${ssm:/hook}", allowInsecure: true, allowPrivate: true, secret: "\${ssm:/secret}" } }]
namespaces:
  - { namespace: ml, kinds: [TFJob, PyTorchJob, Job], routes: [{ on: [Running], receivers: [chat] }] }
`;
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TOKEN = "bench.token";
const WARM_UP = 8;
const RUNS = 40;

/** Milliseconds of processor, megabytes at most, and bytes that were logged: by one typical invocation of a warm process. */
interface Effort {
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly logged: number;
}

/** `poll` is an idle tick of 500 jobs, `change` one with a new job, `deliver` one delivery, `cold` what a start costs. */
export type Efforts = Readonly<Record<FunctionName | "change" | "cold", Effort>>;

/** Runs the packaged functions against a simulated cluster with the workload, DynamoDB Local and a queue. */
export async function measureEfforts(): Promise<Efforts> {
  const folder = mkdtempSync(join(tmpdir(), "jobbell-bench-"));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, "jobbell.yml");
  writeFileSync(config, CONFIG);
  const bundles = cleanup.use(await openBundles(config));
  const api = cleanup.use(await startApiServer({ now: Date.now, token: TOKEN }));
  for (const { resource } of KINDS) for (const object of objectsAt(START, resource)) api.create(resource, object);
  const dynamodb = cleanup.adopt(await startDynamodbLocal(), (local) => local.stop());
  const queue = cleanup.adopt(await startFauxqs({ port: 0, logger: false }), (fauxqs) => fauxqs.stop());
  queue.createQueue("polls");
  const hook = cleanup.use(await startWebhook(SECRET));
  const values = { "/server": api.url, "/token": TOKEN, "/hook": hook.url, "/secret": SECRET };
  const secrets = cleanup.adopt(await startSecrets(values), (server) => server.close());
  const variables = {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "fake",
    AWS_SECRET_ACCESS_KEY: "fake",
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
    AWS_ENDPOINT_URL_SQS: queue.address,
    AWS_ENDPOINT_URL_SSM: secrets.url,
    JOBBELL_TABLE: await dynamodb.freshTable(),
    JOBBELL_QUEUE_URL: `${queue.address}/000000000000/polls`,
    POWERTOOLS_SERVICE_NAME: "jobbell-bench",
    POWERTOOLS_METRICS_NAMESPACE: "Jobbell",
    POWERTOOLS_LOG_LEVEL: "INFO",
  };
  const open = async (name: FunctionName) => {
    const root = { LAMBDA_TASK_ROOT: dirname(bundles.path(name)) };
    return cleanup.use(await startHandler(bundles.path(name), { ...variables, ...root }));
  };
  const ids = watchesOf(parseConfig(CONFIG, config)).map(watchId);

  const poll = await open("poll");
  const idle = await repeat(() => poll.invoke(pollEvent(ids)));
  const deliver = await open("deliver");
  const uids: string[] = [];
  const change = await repeat(() => {
    uids.push(createRunning(api, `fresh-${uids.length}`));
    return poll.invoke(pollEvent(ids));
  });
  let next = 0;
  const delivery = await repeat(() => deliver.invoke(streamEvent(uids[next++] ?? "")));
  if (hook.accepted.length !== uids.length) throw new Error("not everything was delivered");
  const schedule = await open("schedule");
  const retry = await open("retry");
  return {
    ...{ poll: idle, change, deliver: delivery, cold: { ...poll.start, logged: 0 } },
    schedule: await repeat(() => schedule.invoke({})),
    retry: await repeat(() => retry.invoke({})),
  };
}

/** A process gets faster with its first invocations. */
async function repeat(invoke: () => Promise<Effort>): Promise<Effort> {
  const efforts: Effort[] = [];
  for (let run = 0; run < WARM_UP + RUNS; run += 1) {
    const { cpuMs, peakMb, logged } = await invoke();
    if (run >= WARM_UP) efforts.push({ cpuMs, peakMb, logged });
  }
  return typical(efforts.map((effort) => ({ ...effort })));
}

/** A new job that runs already, and its uid. */
function createRunning(api: Awaited<ReturnType<typeof startApiServer>>, name: string): string {
  const model = objectsAt(START, tfJob.resource).find(({ status }) => JSON.stringify(status).includes('"Running"'));
  if (model === undefined) throw new Error("no job of the workload runs");
  const { uid: _, resourceVersion: __, ...metadata } = model.metadata;
  return String(
    api.create(tfJob.resource, { ...structuredClone(model), metadata: { ...metadata, name } }).metadata.uid,
  );
}

function pollEvent(watches: readonly string[]): object {
  const body = JSON.stringify({ cluster: "prod", watches, at: Date.now() });
  return { Records: [{ messageId: "1", body, attributes: { ApproximateReceiveCount: "1" }, eventSource: "aws:sqs" }] };
}

function streamEvent(uid: string): object {
  const dynamodb = { Keys: { pk: { S: `delivery#${uid}#chat` }, sk: { S: "evt" } }, SequenceNumber: "1" };
  return { Records: [{ eventID: "1", eventName: "INSERT", eventSource: "aws:dynamodb", dynamodb }] };
}

import { MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Context, SQSEvent, SQSRecord } from "aws-lambda";
import type { Cluster } from "#cluster/cluster";
import type { JobEvent } from "#jobs/event";
import { adviceOnRefusal } from "#polling/advice";
import { poll as pollWatches } from "#polling/poll";
import type { TickResult } from "#polling/tick";
import { type Watch, watchId } from "#polling/watch";
import type { Decision } from "#routing/decide";
import type { Millis } from "#store/store";
import { pause, watchesOf } from "#wiring";
import { cluster, forgetCluster } from "./clusters.ts";
import { packagedConfig } from "./config.ts";
import { PollMessage } from "./message.ts";
import { deadline, eachRecord, logger, metrics } from "./observe.ts";
import { reasonOf } from "./reason.ts";
import { store } from "./store.ts";

/** A message that waited for longer is not worth a tick: the next schedule's is right behind it. */
const STALE_MS = 3 * 60_000;
/** What a tick needs to end well. */
const MARGIN_MS = 5_000;

const MOST_COMPLAINTS = 1000;

const complaints = new Set<string>();
let watches: ReadonlyMap<string, Watch> | undefined;

/** A batch of the queue -> one tick of each watch that its messages name. */
export function poll(event: SQSEvent, context: Context) {
  const stop = deadline(context, MARGIN_MS);
  return eachRecord("SQS", event, context, (record: SQSRecord) => pollRecord(record, stop));
}

async function pollRecord({ body, attributes }: SQSRecord, stop: AbortSignal): Promise<void> {
  const message = PollMessage.parse(JSON.parse(body));
  // What failed before comes again all the same: it must get its chance to end as a dead letter.
  if (attributes.ApproximateReceiveCount === "1" && Date.now() - message.at > STALE_MS) {
    metrics.addMetric("TicksDropped", MetricUnit.Count, message.watches.length);
    return;
  }
  const known = message.watches.flatMap((id) => byId().get(id) ?? []);
  const opened = await open(message.cluster, known);
  if (opened !== undefined) await tick(opened, known, stop);
}

async function open(name: string, known: readonly Watch[]): Promise<Cluster | undefined> {
  try {
    return await cluster(name);
  } catch (error) {
    logger.error("a cluster cannot be opened", { cluster: name, reason: reasonOf(error) });
    metrics.addMetric("TicksFailed", MetricUnit.Count, known.length);
    return undefined;
  }
}

async function tick(opened: Cluster, known: readonly Watch[], stop: AbortSignal): Promise<void> {
  const [before, startedAt] = [opened.traffic(), Date.now()];
  const services = { store: store(), now: Date.now, pause, onEvent: logEvent, onAdvice };
  const results = await pollWatches(services, () => opened, known, stop);
  const { requests, bytesRead } = opened.traffic();
  metrics.addMetric("Requests", MetricUnit.Count, requests - before.requests);
  metrics.addMetric("BytesRead", MetricUnit.Bytes, bytesRead - before.bytesRead);
  results.forEach((result, index) => {
    const watch = known[index];
    if (watch !== undefined) report(watch, result, startedAt);
  });
}

function byId(): ReadonlyMap<string, Watch> {
  watches ??= new Map(watchesOf(packagedConfig()).map((watch) => [watchId(watch), watch]));
  return watches;
}

function report(watch: Watch, result: TickResult, startedAt: Millis): void {
  if ("lastTickAt" in result && result.lastTickAt !== undefined)
    metrics.addMetric("TickAge", MetricUnit.Seconds, Math.max(0, startedAt - result.lastTickAt) / 1000);
  switch (result.state) {
    case "read":
      metrics.addMetric("ObjectsRead", MetricUnit.Count, result.objects);
      metrics.addMetric("Transitions", MetricUnit.Count, result.events);
      result.unreadable.forEach((complaint) => {
        complainOnce(watch, "an object cannot be read", complaint);
      });
      if (result.refused) complainOnce(watch, "changes are not told", adviceOnRefusal(watch));
      return;
    case "failed":
      if (result.code === "unauthorized") forgetCluster(watch.cluster);
      metrics.addMetric("TicksFailed", MetricUnit.Count, 1);
      logger.warn("a tick failed", { watch: watchId(watch), code: result.code, reason: result.message });
      return;
    case "not-installed":
    case "busy":
      return;
    default:
      result satisfies never;
  }
}

function onAdvice(watch: Watch, advice: string): void {
  complainOnce(watch, "why jobs fail is not told", advice);
}

/** What is wrong stays so, tick after tick: one line for each execution environment is enough. */
function complainOnce(watch: Watch, what: string, reason: string): void {
  const complaint = `${watchId(watch)} ${reason}`;
  if (complaints.has(complaint) || complaints.size >= MOST_COMPLAINTS) return;
  complaints.add(complaint);
  logger.warn(what, { watch: watchId(watch), reason });
}

/** Who hears of an event, and who does not, each with the reason: in few bytes, since most of what a month of logs costs are these lines. */
function logEvent(of: JobEvent, { verdicts, because }: Decision): void {
  const { id, event, cluster: name, kind, namespace, name: job } = of;
  const to = verdicts.filter(({ told }) => told).map(reasonOfVerdict);
  const notTo = verdicts.filter(({ told }) => !told).map(reasonOfVerdict);
  const reasons = {
    ...(to.length > 0 && { to }),
    ...(notTo.length > 0 && { notTo }),
    ...(because !== undefined && { because }),
  };
  logger.info("event", { eventId: id, event, cluster: name, kind, namespace, job, ...reasons });
}

function reasonOfVerdict({ receiver, because }: Decision["verdicts"][number]): string {
  return `${receiver}: ${because}`;
}

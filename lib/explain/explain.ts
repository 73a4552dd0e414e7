import { type Cluster, PODS } from "#cluster/cluster";
import type { JobEvent } from "#jobs/event";
import type { Explanation } from "#jobs/explanation";
import { mask } from "#text/mask";
import { type Ask, openAsking, type Right } from "./asking.ts";
import { type Finding, mostTelling } from "./findings.ts";
import { fitted } from "./fitted.ts";
import { LINES, LOG_BYTES, linesOf } from "./log.ts";
import { POD_FIELDS, type Pod, readPod, replicaOf, selectorsOf } from "./pod.ts";
import { EVENTS } from "./resources.ts";
import { signalOf } from "./signal.ts";
import { EVENT_FIELDS, lastOf, readWarning, type Warned } from "./warnings.ts";

export interface ExplainServices {
  readonly cluster: Cluster;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Hears, perhaps again and again, of a right that the account lacks. */
  readonly onForbidden: (right: Right) => void;
}

/** How one event is looked into. */
interface Look extends Pick<ExplainServices, "cluster"> {
  readonly event: JobEvent;
  readonly ask: Ask;
  readonly signal: AbortSignal;
}

/**
 * Why a job failed, or waits, as far as pods, logs and events tell until `signal` ends the search; `undefined` where they
 * tell nothing. Throws nothing: of what cannot be read, in time or at all, nothing is told.
 */
export async function explain(
  { cluster, now, onForbidden }: ExplainServices,
  event: JobEvent,
  signal: AbortSignal,
): Promise<Explanation | undefined> {
  const ask = openAsking(cluster, event.namespace, now, onForbidden);
  const look: Look = { cluster, event, ask, signal };
  const [pods, ofJob] = await Promise.all([podsOf(look), warningsOf(look, event.uid)]);
  const found = mostTelling(pods);
  if (found === undefined) return withoutPod(event, ofJob);
  const [log, ofPod] = await Promise.all([logOf(look, found), warningsOf(look, found.pod.metadata.uid)]);
  return fitted(explanationOf(event, found, log ?? [], [...ofJob, ...ofPod]));
}

async function podsOf(look: Look): Promise<readonly Pod[]> {
  for (const labelSelector of selectorsOf(look.event)) {
    const pods = await podsLabelled(look, labelSelector);
    if (pods === undefined || pods.length > 0) return pods ?? [];
  }
  return [];
}

function podsLabelled({ cluster, event, ask, signal }: Look, labelSelector: string) {
  const query = { resource: PODS, namespace: event.namespace, labelSelector, limit: 250, fields: POD_FIELDS };
  // Those that ended well have nothing to tell, and may be most.
  const fieldSelector = "status.phase!=Succeeded";
  return ask(["list", "pods"], async () => {
    const read = (object: unknown) => readPod(object, event);
    return (await cluster.list({ ...query, fieldSelector }, read, signal)).items;
  });
}

async function warningsOf({ cluster, event, ask, signal }: Look, uid: string): Promise<readonly Warned[]> {
  const fieldSelector = `involvedObject.uid=${uid},type=Warning`;
  const query = { resource: EVENTS, namespace: event.namespace, fieldSelector, limit: 100, fields: EVENT_FIELDS };
  const warned = await ask(["list", "events"], async () => (await cluster.list(query, readWarning, signal)).items);
  return warned ?? [];
}

async function logOf({ cluster, event, ask, signal }: Look, { pod, container, log }: Finding) {
  if (container === undefined || log === undefined) return undefined;
  const query = { namespace: event.namespace, pod: pod.metadata.name, container, lines: LINES, maxBytes: LOG_BYTES };
  const which = log === "previous" ? ({ previous: true } as const) : {};
  return ask(["get", "pods/log"], async () => linesOf(await cluster.log({ ...query, ...which }, signal)));
}

function explanationOf(
  event: JobEvent,
  { pod, container, ended, reason, message }: Finding,
  log: readonly string[],
  warned: readonly Warned[],
): Explanation {
  const { lines, words } = lastWords(ended?.message ?? "", log);
  const said = mask(message || words, 500);
  const replica = replicaOf(pod, event);
  const signal = ended && signalOf(ended);
  const warnings = lastOf(warned, [said, event.message ?? ""]);
  return {
    pod: mask(pod.metadata.name, 253),
    ...(replica && { replica: mask(replica, 100) }),
    ...(container && { container: mask(container, 63) }),
    ...(ended && { exitCode: ended.exitCode }),
    ...(signal && { signal }),
    ...(reason && { reason: mask(reason, 100) }),
    ...(said && { message: said }),
    ...(lines.length > 0 && { log: lines }),
    ...(warnings.length > 0 && { warnings }),
  };
}

/** What a container left as its last words: they may be the end of its log, or all that there is. One line is a message. */
function lastWords(left: string, log: readonly string[]) {
  const words = linesOf(left);
  if (words.length > 1) return { lines: words.length > log.length ? words : log, words: "" };
  return { lines: log, words: words.some((line) => log.includes(line)) ? "" : (words[0] ?? "") };
}

/** There are none where they could not be made, or were cleared away: what the cluster warned of last is the reason. */
function withoutPod({ message = "" }: JobEvent, warned: readonly Warned[]): Explanation | undefined {
  const warnings = lastOf(warned, [message]);
  const last = warnings.at(-1);
  if (last === undefined) return undefined;
  const others = warnings.slice(0, -1);
  return { reason: last.reason, message: last.message, ...(others.length > 0 && { warnings: others }) };
}

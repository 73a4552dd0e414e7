import pMap from "p-map";
import { type Cluster, ClusterError, type ClusterErrorCode } from "#cluster/cluster";
import { eventOf, type JobEvent } from "#jobs/event";
import { isFinished, type Seconds } from "#jobs/job";
import { route } from "#routing/route";
import type { JobRow, Millis, Store } from "#store/store";
import { type Change, compareFirst, compareGone, compareLeft, compareSeen } from "./compare.ts";
import { type Pause, readJobs } from "./read-jobs.ts";
import type { Seen } from "./read-object.ts";
import { isPartial, type Watch, watchId } from "./watch.ts";

export interface TickServices {
  readonly store: Store;
  readonly now: () => Millis;
  readonly pause: Pause;
  /** Told of each event once it is remembered, and its deliveries queued, for good. */
  readonly onEvent: (event: JobEvent) => void;
}

/** How a tick of one watch went. */
export type TickResult =
  | ({ readonly state: "read" } & TickReport)
  /** Somebody else is at it. */
  | { readonly state: "busy" }
  /** The API server has no such kind, and had none since the watch began: there is nothing to read yet. */
  | { readonly state: "not-installed"; readonly message: string }
  /** The API could not be read: nothing was compared. */
  | { readonly state: "failed"; readonly code: ClusterErrorCode; readonly message: string };

/** What a tick found. */
interface TickReport {
  /** Objects in the list. */
  readonly objects: number;
  readonly events: number;
  /** Of objects that could not be read: `ml/mnist: status.conditions: expected array`. */
  readonly unreadable: readonly string[];
  /** The first tick of the watch: what was there is remembered. */
  readonly first: boolean;
}

/** Only saves work: two pollers of one watch do no harm, for each write is conditional on the row that was read. */
const LEASE_MS = 60_000;
const WRITES_AT_ONCE = 16;

/**
 * Reads a watch once, remembers what changed and queues what it causes. The cursor moves when all else is written, so
 * that a crash anywhere before repeats work and changes nothing. Throws what is no failure of the cluster: a broken
 * store, an abort.
 */
export async function tick(
  services: TickServices,
  cluster: Cluster,
  watch: Watch,
  signal: AbortSignal,
): Promise<TickResult> {
  const { store, now } = services;
  const id = watchId(watch);
  const startedAt = now();
  const claim = await store.claimWatch(id, { until: startedAt + LEASE_MS }, startedAt);
  if (claim === "busy") return { state: "busy" };
  const first = claim.cursor === undefined;
  try {
    const { resourceVersion, report } = await readAndAdvance(services, cluster, watch, first, signal);
    await store.finishTick(id, { cursor: { resourceVersion, tickedAt: now() } });
    return { state: "read", ...report };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const { code, message } = error;
    await store.finishTick(id, { error: message });
    return code === "not-installed" && first ? { state: code, message } : { state: "failed", code, message };
  }
}

async function readAndAdvance(
  services: TickServices,
  cluster: Cluster,
  watch: Watch,
  first: boolean,
  signal: AbortSignal,
) {
  // Before the list, never after: what is listed is then newer than what is remembered, or the write is stale.
  const rows = await services.store.jobs(watchId(watch));
  const { items, resourceVersion } = await readJobs(cluster, watch, rows, services.pause, signal);
  const at = Math.floor(services.now() / 1000);
  let events = 0;
  const apply = async (changes: readonly Change[]) => {
    const counts = await pMap(changes, (change) => advance(services, watch, change), { concurrency: WRITES_AT_ONCE });
    events += counts.reduce((sum, count) => sum + count, 0);
  };
  const seen = changesOf(items, rows, at);
  await apply(first ? seen.map((change) => compareFirst(change, watch.firstTick)) : seen);
  // Last, since it may fail: looking at a single job needs a permission that listing does not.
  await apply(await missingOf(cluster, watch, items, rows, at, signal));
  return { resourceVersion, report: { objects: items.length, events, unreadable: complaintsOf(items), first } };
}

function changesOf(items: readonly Seen[], rows: ReadonlyMap<string, JobRow>, at: Seconds): readonly Change[] {
  return items
    .flatMap((seen) => (seen.type === "job" ? [compareSeen(seen.key, rows.get(seen.key), seen.snapshot, at)] : []))
    .filter((change) => change !== undefined);
}

/** What became of the jobs that are remembered and not listed. */
async function missingOf(
  cluster: Cluster,
  watch: Watch,
  items: readonly Seen[],
  rows: ReadonlyMap<string, JobRow>,
  at: Seconds,
  signal: AbortSignal,
): Promise<readonly Change[]> {
  const listed = new Set(items.map(({ key }) => key));
  // An object without a name may be any of them.
  if (listed.has(undefined)) return [];
  const missing = [...rows.values()].filter(({ key, left }) => left === undefined && !listed.has(key));
  if (!isPartial(watch)) return missing.map((row) => compareGone(row, at));
  return pMap(
    missing,
    async (row) => ((await livesOn(cluster, watch, row, signal)) ? compareLeft(row) : compareGone(row, at)),
    {
      concurrency: WRITES_AT_ONCE,
    },
  );
}

/** Whether an unfinished job only left the selector. A finished one is not worth a request: it has nothing to say. */
async function livesOn(cluster: Cluster, { kind, namespace }: Watch, { key, memory }: JobRow, signal: AbortSignal) {
  if (isFinished(memory)) return true;
  const object = await cluster.get(kind.resource, namespace, key.slice(key.indexOf("/") + 1), signal);
  return object !== undefined && (object as { metadata?: { uid?: unknown } }).metadata?.uid === memory.uid;
}

/** Writes one change and says how many events came of it: none where somebody else was first. */
async function advance({ store, now, onEvent }: TickServices, watch: Watch, change: Change): Promise<number> {
  const { key, before, after, transitions } = change;
  const origin = { cluster: watch.cluster, resource: watch.kind.resource };
  const events = transitions.map((transition) => eventOf(origin, transition));
  const deliveries = events.flatMap((event) => route(event, watch.routes).map((receiver) => ({ receiver, event })));
  const result = await store.advance({ watch: watchId(watch), key, before, after, deliveries, now: now() });
  if (result === "stale") return 0;
  events.forEach(onEvent);
  return events.length;
}

function complaintsOf(items: readonly Seen[]): readonly string[] {
  return items.flatMap((seen) => (seen.type === "unreadable" ? [`${seen.key ?? "an object"}: ${seen.why}`] : []));
}

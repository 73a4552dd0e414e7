import type { Cluster, ClusterErrorCode, List } from "#cluster/cluster";
import type { Seconds } from "#jobs/job";
import { bucketOf } from "#store/bucket";
import type { JobRow, Millis } from "#store/store";
import { advanceAll, type WriteServices, type Written } from "./advance.ts";
import { type Change, compareFirst, compareSeen } from "./compare.ts";
import { changedBuckets, type Digests, digestsOf, isEmpty, withOpen } from "./digests.ts";
import type { Hold } from "./hold.ts";
import { isAnyNameless, missingOf } from "./missing.ts";
import { type Pause, readJobs } from "./read-jobs.ts";
import type { Seen } from "./read-object.ts";
import { type Watch, watchId } from "./watch.ts";

export interface TickServices extends WriteServices {
  readonly pause: Pause;
}

/** How a tick of one watch went. `lastTickAt` is when the last one before it that succeeded ended. */
export type TickResult =
  | ({ readonly state: "read"; readonly lastTickAt: Millis | undefined } & TickReport)
  /** Somebody else is at it. */
  | { readonly state: "busy" }
  /** The API server has no such kind, and had none since the watch began: there is nothing to read yet. */
  | { readonly state: "not-installed"; readonly message: string }
  /** The API could not be read: nothing was compared. */
  | {
      readonly state: "failed";
      readonly code: ClusterErrorCode;
      readonly message: string;
      readonly lastTickAt: Millis | undefined;
    };

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

/** One watch of a scope that is held, and what is remembered of it. */
export interface Turn {
  readonly services: TickServices;
  readonly cluster: Cluster;
  readonly watch: Watch;
  readonly hold: Hold;
  readonly first: boolean;
  /** What the rows agree with; `undefined` where that is not known. */
  readonly known: Digests | undefined;
  readonly signal: AbortSignal;
}

interface Listing extends List<Seen> {
  readonly digests: Digests;
}

interface Ticked {
  readonly resourceVersion: string;
  /** What the rows agree with now. */
  readonly digests: Digests | undefined;
  readonly report: TickReport;
}

/**
 * Reads a watch once, remembers what changed and queues what it causes. A crash anywhere repeats work and changes
 * nothing. `lost`: the scope is somebody else's by now. Throws what the cluster and the store throw, and an abort.
 */
export function tick(turn: Turn): Promise<Ticked | "lost"> {
  return turn.known === undefined ? tickWhole(turn) : tickChanged(turn, turn.known);
}

/** Rows first, list second: what is listed is then newer than what is remembered, or the write is stale. */
async function tickWhole(turn: Turn): Promise<Ticked | "lost"> {
  const rows = await turn.services.store.jobs(watchId(turn.watch));
  const expected = [...rows.values()].some(({ left }) => left === undefined);
  const list = await read(turn, expected);
  return advance(turn, list, list.items, rows);
}

/**
 * List first, and then the rows of those buckets in which something is new. So the rows must not be newer than the list:
 * a job that came between the two would seem to have vanished. They are not, if nobody else has had the scope meanwhile.
 */
async function tickChanged(turn: Turn, known: Digests): Promise<Ticked | "lost"> {
  const list = await read(turn, !isEmpty(known));
  const buckets = changedBuckets(list.digests, known);
  if (buckets.length === 0) return ticked(list, { events: 0, stale: [] }, turn);
  const rows = await turn.services.store.jobs(watchId(turn.watch), buckets);
  if (!(await turn.hold.isUndisturbed())) return "lost";
  const items = list.items.filter(({ key }) => key === undefined || buckets.includes(bucketOf(key)));
  return advance(turn, list, items, rows);
}

async function read({ services, cluster, watch, hold, signal }: Turn, expected: boolean): Promise<Listing> {
  const reading = { expected, pause: services.pause, onObject: hold.prolong, signal };
  const list = await readJobs(cluster, watch, reading);
  return { ...list, digests: digestsOf(list.items) };
}

/** Compares these items of the list with these rows, and writes what is new. */
async function advance(
  turn: Turn,
  list: Listing,
  items: readonly Seen[],
  rows: ReadonlyMap<string, JobRow>,
): Promise<Ticked | "lost"> {
  const { services, cluster, watch, hold, first, signal } = turn;
  const at = Math.floor(services.now() / 1000);
  const seen = changesOf(items, rows, at);
  const changes = first ? seen.map((change) => compareFirst(change, watch.firstTick)) : seen;
  const written = await advanceAll(services, hold, watch, changes);
  if (written === "lost") return written;
  // Last, since it may fail: looking at a single job needs a permission that listing does not.
  const missing = await missingOf(cluster, watch, items, rows, at, signal);
  const gone = await advanceAll(services, hold, watch, missing);
  if (gone === "lost") return gone;
  return ticked(list, { events: written.events + gone.events, stale: [...written.stale, ...gone.stale] }, turn);
}

function changesOf(items: readonly Seen[], rows: ReadonlyMap<string, JobRow>, at: Seconds): readonly Change[] {
  return items
    .flatMap((seen) => (seen.type === "job" ? [compareSeen(seen.key, rows.get(seen.key), seen.snapshot, at)] : []))
    .filter((change) => change !== undefined);
}

function ticked({ items, resourceVersion, digests }: Listing, { events, stale }: Written, { first }: Turn): Ticked {
  // Beside an object without a name nothing is known to be missing.
  const agreed = isAnyNameless(items) ? undefined : withOpen(digests, stale);
  const report = { objects: items.length, events, unreadable: complaintsOf(items), first };
  return { resourceVersion, digests: agreed, report };
}

function complaintsOf(items: readonly Seen[]): readonly string[] {
  return items.flatMap((seen) => (seen.type === "unreadable" ? [`${seen.key ?? "an object"}: ${seen.why}`] : []));
}

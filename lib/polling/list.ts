import type { List } from "#cluster/cluster";
import type { Seconds } from "#jobs/job";
import { bucketOf } from "#store/bucket";
import type { JobRow } from "#store/store";
import { advanceAll, type Written } from "./advance.ts";
import { type Change, compareFirst, compareSeen } from "./compare.ts";
import { changedBuckets, type Digests, digestsOf, isEmpty, withOpen } from "./digests.ts";
import { isAnyNameless, missingOf } from "./missing.ts";
import { readJobs } from "./read-jobs.ts";
import { complaintsOf, type Seen } from "./read-object.ts";
import type { Found, Position, Turn } from "./turn.ts";
import { watchId } from "./watch.ts";

interface Listing extends List<Seen> {
  readonly digests: Digests;
}

/** A complete list, compared and written. */
export interface Listed {
  readonly position: Position;
  readonly found: Found;
  /** Somebody else wrote one of the rows meanwhile: what the list shows of that job is still to be compared. */
  readonly isStale: boolean;
}

/**
 * Lists a watch, remembers what changed and queues what it causes. `known` is what the rows agree with; where it is not
 * known all rows are compared. `lost`: the scope is somebody else's by now. Throws what the cluster and the store throw, and an abort.
 */
export function list(turn: Turn, known: Digests | undefined): Promise<Listed | "lost"> {
  return known === undefined ? listWhole(turn) : listChanged(turn, known);
}

/** Rows first, list second: what is listed is then newer than what is remembered, or the write is stale. */
async function listWhole(turn: Turn): Promise<Listed | "lost"> {
  const rows = await turn.services.store.jobs(watchId(turn.watch));
  const expected = [...rows.values()].some(({ left }) => left === undefined);
  const listing = await read(turn, expected);
  return advance(turn, listing, listing.items, rows);
}

/**
 * List first, and then the rows of those buckets in which something is new. So the rows must not be newer than the list:
 * a job that came between the two would seem to have vanished. They are not, if nobody else has had the scope meanwhile.
 */
async function listChanged(turn: Turn, known: Digests): Promise<Listed | "lost"> {
  const listing = await read(turn, !isEmpty(known));
  const buckets = changedBuckets(listing.digests, known);
  if (buckets.length === 0) return listed(listing, { events: 0, stale: [] });
  const rows = await turn.services.store.jobs(watchId(turn.watch), buckets);
  if (!(await turn.hold.isUndisturbed())) return "lost";
  const items = listing.items.filter(({ key }) => key === undefined || buckets.includes(bucketOf(key)));
  return advance(turn, listing, items, rows);
}

async function read({ services, cluster, watch, hold, signal }: Turn, expected: boolean): Promise<Listing> {
  const reading = { expected, pause: services.pause, onObject: hold.prolong, signal };
  const all = await readJobs(cluster, watch, reading);
  return { ...all, digests: digestsOf(all.items) };
}

/** Compares these items of the list with these rows, and writes what is new. */
async function advance(
  turn: Turn,
  listing: Listing,
  items: readonly Seen[],
  rows: ReadonlyMap<string, JobRow>,
): Promise<Listed | "lost"> {
  const { services, cluster, watch, hold, cursor, signal } = turn;
  const at = Math.floor(services.now() / 1000);
  const seen = changesOf(items, rows, at);
  const changes = cursor === undefined ? seen.map((change) => compareFirst(change, watch.firstTick)) : seen;
  const written = await advanceAll(services, hold, watch, changes);
  if (written === "lost") return written;
  // Last, since it may fail: looking at a single job needs a permission that listing does not.
  const missing = await missingOf(cluster, watch, items, rows, at, signal);
  const gone = await advanceAll(services, hold, watch, missing);
  if (gone === "lost") return gone;
  return listed(listing, { events: written.events + gone.events, stale: [...written.stale, ...gone.stale] });
}

function changesOf(items: readonly Seen[], rows: ReadonlyMap<string, JobRow>, at: Seconds): readonly Change[] {
  return items
    .flatMap((seen) => (seen.type === "job" ? [compareSeen(seen.key, rows.get(seen.key), seen.snapshot, at)] : []))
    .filter((change) => change !== undefined);
}

function listed({ items, resourceVersion, digests }: Listing, { events, stale }: Written): Listed {
  // Beside an object without a name nothing is known to be missing.
  const agreed = isAnyNameless(items) ? undefined : withOpen(digests, stale);
  return {
    position: { resourceVersion, digests: agreed },
    found: { objects: items.length, events, unreadable: complaintsOf(items) },
    isStale: stale.length > 0,
  };
}

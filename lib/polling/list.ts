import type { Seconds } from "#jobs/job";
import { BUCKETS, bucketOf } from "#store/bucket";
import type { JobRow, Millis } from "#store/store";
import { advanceAll, type Written } from "./advance.ts";
import { type Change, compareFirst, compareSeen, compareUntouched } from "./compare.ts";
import { changedBuckets, type Digests, isEmpty, withOpen } from "./digests.ts";
import type { Listing } from "./listing.ts";
import { missingOf } from "./missing.ts";
import { readJobs } from "./read-jobs.ts";
import type { Seen } from "./read-object.ts";
import type { Found, Position, Turn } from "./turn.ts";
import { watchId } from "./watch.ts";

type Rows = ReadonlyMap<string, JobRow>;

/** Jobs and their rows that are compared at a time: more of them would take memory, fewer more requests. */
const MOST_AT_ONCE = 5000;
const ALL_BUCKETS = [...Array(BUCKETS).keys()];

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
  const begun = turn.services.now();
  const listing = await read(turn, expected);
  const rowsOf = async (buckets: readonly number[]) =>
    new Map([...rows].filter(([key]) => buckets.includes(bucketOf(key))));
  return advance(turn, listing, begun, ALL_BUCKETS, rowsOf);
}

/**
 * List first, and then the rows of those buckets in which something is new. So the rows must not be newer than the list:
 * a job that came between the two would seem to have vanished. They are not, if nobody else has had the scope meanwhile.
 */
async function listChanged(turn: Turn, known: Digests): Promise<Listed | "lost"> {
  const begun = turn.services.now();
  const listing = await read(turn, !isEmpty(known));
  const buckets = changedBuckets(listing.digests, known);
  return advance(turn, listing, begun, buckets, async (some) => {
    const rows = await turn.services.store.jobs(watchId(turn.watch), some);
    return (await turn.hold.isUndisturbed()) ? rows : "lost";
  });
}

function read({ services, cluster, watch, hold, signal }: Turn, expected: boolean): Promise<Listing> {
  return readJobs(cluster, watch, { expected, pause: services.pause, onObject: hold.prolong, signal });
}

/** Compares what is listed, from `begun` on, in these buckets with the rows there, and writes what is new. */
async function advance(
  turn: Turn,
  listing: Listing,
  begun: Millis,
  buckets: readonly number[],
  rowsOf: (buckets: readonly number[]) => Promise<Rows | "lost">,
): Promise<Listed | "lost"> {
  const { services, cluster, watch, signal } = turn;
  const at = Math.floor(services.now() / 1000);
  const missing: JobRow[] = [];
  const all: Written[] = [];
  for (const some of parted(buckets, listing.size)) {
    const rows = await rowsOf(some);
    if (rows === "lost") return rows;
    const seen = listing.of(some);
    const written = await advanceAll(turn, changesOf(turn, seen, rows, at), begun);
    if (written === "lost") return written;
    all.push(written);
    if (!listing.isAnyNameless) missing.push(...notSeen(seen, rows));
  }
  // Last, since it may fail: looking at a single job needs a permission that listing does not.
  const gone = await advanceAll(turn, await missingOf(cluster, watch, missing, at, signal), begun);
  return gone === "lost" ? gone : listed(listing, [...all, gone]);
}

function parted(buckets: readonly number[], size: number): readonly (readonly number[])[] {
  const atOnce = Math.max(1, Math.floor((MOST_AT_ONCE * BUCKETS) / Math.max(1, size)));
  const parts = Math.ceil(buckets.length / atOnce);
  return Array.from({ length: parts }, (_, part) => buckets.slice(part * atOnce, (part + 1) * atOnce));
}

function changesOf(turn: Turn, seen: readonly Seen[], rows: Rows, at: Seconds): readonly Change[] {
  const { cursor, watch } = turn;
  const changes = seen
    .flatMap((each) => changeOf(turn, each, rows.get(each.key ?? ""), at) ?? [])
    // As they are listed.
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  return cursor === undefined ? changes.map((change) => compareFirst(change, watch.firstTick)) : changes;
}

/** Where rules are new, each job is judged by them once, whether or not anything else is new. */
function changeOf({ areRulesNew }: Turn, seen: Seen, row: JobRow | undefined, at: Seconds): Change | undefined {
  const change = seen.type === "job" ? compareSeen(seen.key, row, seen.snapshot, at) : undefined;
  if (change !== undefined || !areRulesNew || row === undefined || row.left) return change;
  return compareUntouched(row, seen.type === "job" ? seen.snapshot : undefined);
}

function notSeen(seen: readonly Seen[], rows: Rows): readonly JobRow[] {
  const keys = new Set(seen.map(({ key }) => key));
  return [...rows.values()].filter(({ key, left }) => left === undefined && !keys.has(key));
}

function listed(
  { size, resourceVersion, digests, complaints, isAnyNameless }: Listing,
  all: readonly Written[],
): Listed {
  const stale = all.flatMap((written) => written.stale);
  const events = all.reduce((sum, written) => sum + written.events, 0);
  return {
    position: { resourceVersion, digests: isAnyNameless ? undefined : withOpen(digests, stale) },
    found: { objects: size, events, unreadable: complaints },
    isStale: stale.length > 0,
  };
}

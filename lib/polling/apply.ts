import pMap from "p-map";
import type { WatchEvent } from "#cluster/cluster";
import { bucketOf } from "#store/bucket";
import type { JobRow, Millis, Store } from "#store/store";
import { advanceAll } from "./advance.ts";
import { withOpen } from "./digests.ts";
import { type Folded, type Folding, fold, type Told } from "./fold.ts";
import { lookUp } from "./missing.ts";
import { complaintsOf, type Seen } from "./read-object.ts";
import type { Found, Position, Turn } from "./turn.ts";
import { isPartial, type Watch, watchId } from "./watch.ts";

const LOOKS_AT_ONCE = 16;
/** What a store reads in one request. */
const MOST_NAMED = 100;

/** Changes that were compared and written, up to a position. */
interface Applied {
  readonly position: Position;
  readonly found: Found;
  /** Somebody else wrote one of the rows meanwhile: what the rows agree with is not known any more. */
  readonly isStale: boolean;
}

/** The changes of one job. */
type Group = readonly [key: string, told: readonly Told[]];

/**
 * Remembers what changed after a position and queues what it causes; `asOf` is up to when nothing is left to be told.
 * Where that came too late for one of the rows, the position stays where it was. `lost`: the scope is somebody else's by
 * now. Throws what the cluster and the store throw.
 */
export async function apply(
  turn: Turn,
  from: Position,
  events: readonly WatchEvent<Seen>[],
  asOf: Millis | undefined,
): Promise<Applied | "lost"> {
  const told = events.filter((event) => event.type !== "bookmark");
  const objects = told.map(({ object }) => object);
  const written = await writeAll(turn, from.digests === undefined, groupsOf(told), asOf);
  if (written === "lost") return written;
  const found = { objects: told.length, events: written.events, unreadable: complaintsOf(objects) };
  const { isStale, keys } = written;
  if (isStale) return { position: { ...from, digests: undefined }, found, isStale };
  const resourceVersion = events.at(-1)?.resourceVersion ?? from.resourceVersion;
  return { position: { resourceVersion, digests: digestsAfter(from, objects, keys) }, found, isStale };
}

/** Where something was written or could not be read, the next list is to be compared. */
function digestsAfter(
  { digests }: Position,
  objects: readonly Seen[],
  written: readonly string[],
): Position["digests"] {
  const unreadable = objects.filter(({ type }) => type === "unreadable").map(({ key }) => key);
  if (digests === undefined || unreadable.includes(undefined)) return undefined;
  const keys = [...written, ...unreadable.filter((key) => key !== undefined)];
  return withOpen(digests, keys.map(bucketOf));
}

function groupsOf(told: readonly Told[]): readonly Group[] {
  const named = told.filter(({ object }) => object.key !== undefined);
  return [...Map.groupBy(named, ({ object }) => object.key ?? "")];
}

interface Written {
  readonly events: number;
  readonly keys: readonly string[];
  readonly isStale: boolean;
}

/** A job of which there is more than one write can hold is written more than once. */
async function writeAll(
  turn: Turn,
  repeated: boolean,
  groups: readonly Group[],
  asOf: Millis | undefined,
): Promise<Written | "lost"> {
  const keys: string[] = [];
  let events = 0;
  for (let rest = groups; rest.length > 0; ) {
    const folded = await foldAll(turn, repeated, rest);
    const changes = folded.filter(({ change }) => change !== undefined);
    if (changes.length === 0) break;
    const isAll = folded.every(({ rest: more }) => more.length === 0);
    const written = await write(turn, changes, isAll ? asOf : undefined);
    if (written === "lost") return written;
    events += written.events;
    if (written.isStale) return { events, keys, isStale: true };
    keys.push(...written.keys);
    rest = folded.filter(({ rest: more }) => more.length > 0).map(({ key, rest: more }) => [key, more] as const);
  }
  return { events, keys, isStale: false };
}

type FoldedGroup = Folded & { readonly key: string };

/** Rows are read after the changes: see {@link write}. */
async function foldAll(turn: Turn, repeated: boolean, groups: readonly Group[]): Promise<readonly FoldedGroup[]> {
  const { services, watch } = turn;
  const rows = await rowsOf(
    services.store,
    watch,
    groups.map(([key]) => key),
  );
  const folding: Folding = { repeated, partial: isPartial(watch), at: now(turn) };
  return groups.map(([key, told]) => ({ key, ...fold(key, rows.get(key), told, folding) }));
}

/** Of a few jobs among many nothing else is read. */
function rowsOf(store: Store, watch: Watch, keys: readonly string[]): Promise<ReadonlyMap<string, JobRow>> {
  if (keys.length <= MOST_NAMED) return store.jobsNamed(watchId(watch), keys);
  return store.jobs(
    watchId(watch),
    [...new Set(keys.map(bucketOf))].sort((a, b) => a - b),
  );
}

/**
 * The rows were read after the changes, so they must not be newer: a job that came since would be told to have gone. They
 * are not, if nobody else has had the scope meanwhile. What must be looked up comes last: it may fail.
 */
async function write(turn: Turn, folded: readonly FoldedGroup[], asOf: Millis | undefined): Promise<Written | "lost"> {
  const { cluster, watch, hold, signal } = turn;
  if (!(await hold.isUndisturbed())) return "lost";
  const changesOf = (some: readonly Folded[]) => some.flatMap(({ change }) => change ?? []);
  const inside = await advanceAll(turn, changesOf(folded.filter(({ isOut }) => !isOut)), asOf);
  if (inside === "lost") return inside;
  const looked = await pMap(
    changesOf(folded.filter(({ isOut }) => isOut)),
    (change) => lookUp(cluster, watch, change, now(turn), signal),
    { concurrency: LOOKS_AT_ONCE },
  );
  const outside = await advanceAll(turn, looked, asOf);
  if (outside === "lost") return outside;
  const isStale = inside.stale.length + outside.stale.length > 0;
  return { events: inside.events + outside.events, keys: folded.map(({ key }) => key), isStale };
}

function now({ services }: Turn): number {
  return Math.floor(services.now() / 1000);
}

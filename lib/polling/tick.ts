import { ClusterError, type ClusterErrorCode } from "#cluster/cluster";
import { BUCKETS, bucketOf } from "#store/bucket";
import type { Cursor, Millis } from "#store/store";
import { rulesName, withAgenda } from "./agenda.ts";
import type { Digests } from "./digests.ts";
import { afterRaising, raiseDue } from "./due.ts";
import { type Followed, follow, type Until } from "./follow.ts";
import { type Listed, list } from "./list.ts";
import { type Found, sumOf, type Turn } from "./turn.ts";
import { type Watch, watchId } from "./watch.ts";

/** How a tick of one watch went. `lastTickAt` is when the last one before it that succeeded ended. */
export type TickResult =
  | ({ readonly state: "read"; readonly lastTickAt: Millis | undefined } & TickReport)
  /** Somebody else is at it. */
  | { readonly state: "busy" }
  /** The API server has no such kind, and had none since the watch began: there is nothing to read yet. */
  | { readonly state: "not-installed"; readonly message: string }
  /** The API could not be read to the end: what was not read was not compared. */
  | {
      readonly state: "failed";
      readonly code: ClusterErrorCode;
      readonly message: string;
      readonly lastTickAt: Millis | undefined;
    };

/** What a tick found. */
interface TickReport extends Found {
  /** The first tick of the watch: what was there is remembered. */
  readonly first: boolean;
  /** Only changes were read: of all other objects nothing new is known, not even whether they can be read. */
  readonly partial?: true;
  /** The server does not let this account watch: until it does, each tick lists. */
  readonly refused?: true;
}

/** How far a tick came. */
export interface Ticked {
  readonly cursor: Cursor;
  readonly digests: Digests | undefined;
  readonly report: TickReport;
  /** Why it came no further. */
  readonly failure?: ClusterError;
}

// On a way on which what the server tells is held back, it would seem silent for ever: now and then its end is awaited.
const THOROUGH_EVERY_MS = 600_000;

/**
 * Reads a watch once, what changed or all of it, remembers what is new and queues what it causes. A crash anywhere repeats
 * work and changes nothing. `lost`: the scope is somebody else's by now. Throws what the cluster and the store throw, and
 * an abort.
 */
export async function tick(turn: Turn): Promise<Ticked | "lost"> {
  const begun = turn.services.now();
  const steps = await read(turn);
  if (steps === "lost") return steps;
  const raised = await raise(turn, steps, begun);
  return raised === "lost" ? raised : ticked(turn, raised);
}

/** Alarms that time alone has made due, as of when the look began; where not everything was read, some job may have gone on. */
async function raise(turn: Turn, steps: readonly Step[], begun: Millis): Promise<readonly Step[] | "lost"> {
  const last = steps.at(-1);
  if (last === undefined || turn.signal.aborted || !(last.end === "read" || last.end === "listed")) return steps;
  const raised = await raiseDue(turn, begun);
  if (raised === "lost") return raised;
  const { position, found } = afterRaising(raised, last.position);
  return [...steps.slice(0, -1), { ...last, position, found: sumOf([last.found, found]) }];
}

/** One look after the other, as far as they are needed. */
async function read(turn: Turn): Promise<readonly Step[] | "lost"> {
  const holdMs = turn.watch.follow?.holdMs;
  const heldUntil = holdMs === undefined ? undefined : turn.services.now() + holdMs;
  const caught = await catchUp(turn, heldUntil);
  if (caught === "lost") return caught;
  const steps: Step[] = caught === undefined ? [] : [caught];
  if (caught !== undefined && isEnough(turn, caught)) return steps;
  const listed = await list(turn, caught === undefined ? turn.known : caught.position.digests);
  if (listed === "lost") return listed;
  steps.push({ ...listed, end: "listed", at: turn.services.now() });
  if (heldUntil === undefined || !mayHold(turn, steps)) return steps;
  turn.onProgress(listed.position);
  const held = await follow(turn, listed.position, heldUntil);
  return held === "lost" ? held : [...steps, held];
}

/** Reads what changed, also before a list: that does not show the steps between what was read last and now. */
async function catchUp(turn: Turn, heldUntil: Millis | undefined): Promise<Followed | "lost" | undefined> {
  const { cursor, known } = turn;
  if (cursor === undefined || !mayFollow(turn)) return undefined;
  const until = isListDue(turn) ? "silence" : (heldUntil ?? untilOf(turn));
  return follow(turn, { resourceVersion: cursor.resourceVersion, digests: known }, until);
}

function isEnough(turn: Turn, { end }: Followed): boolean {
  // The next tick begins where this one began: a list now would pass over the steps in between.
  if (end === "stale") return true;
  return end instanceof ClusterError || (end === "read" && !isListDue(turn));
}

/** One thing after the other that a tick did. */
type Step = Followed | (Listed & { readonly end: "listed"; readonly at: Millis });

function mayFollow({ watch: { follow: wanted }, cursor, services }: Turn): boolean {
  return wanted !== undefined && !isWithin(cursor?.refusedAt, wanted.resyncMs, services.now());
}

function mayHold(turn: Turn, steps: readonly Step[]): boolean {
  return mayFollow(turn) && steps.every(({ end }) => end !== "refused");
}

function isListDue({ watch, cursor, known, services }: Turn): boolean {
  return known === undefined || !isWithin(cursor?.listedAt, resyncOf(watch), services.now());
}

/** Up to a quarter less than was asked for, so that what was first listed together is not listed together for ever. */
function resyncOf(watch: Watch): Millis {
  const { resyncMs = 0 } = watch.follow ?? {};
  return resyncMs * (1 - bucketOf(watchId(watch)) / (4 * BUCKETS));
}

/** Whether it is not longer ago than that, by a clock that may have been put back. */
function isWithin(at: Millis | undefined, ms: Millis, now: Millis): boolean {
  return at !== undefined && at <= now && now - at < ms;
}

function untilOf({ watch, cursor, services }: Turn): Until {
  const shift = (bucketOf(watchId(watch)) * THOROUGH_EVERY_MS) / BUCKETS;
  const turnOf = (at: Millis) => Math.floor((at + shift) / THOROUGH_EVERY_MS);
  return turnOf(services.now()) === turnOf(cursor?.tickedAt ?? 0) ? "silence" : "end";
}

function ticked(turn: Turn, steps: readonly Step[]): Ticked {
  const { cursor, services, watch } = turn;
  const now = services.now();
  const listed = steps.find((step) => step.end === "listed");
  const refusedAt = refusedAtAfter(turn, steps);
  const failure = steps.at(-1)?.end;
  const { resourceVersion = "", digests } = steps.at(-1)?.position ?? {};
  const listedAt = listed === undefined ? cursor?.listedAt : listedAtOf(listed);
  const rules = listed === undefined || listed.isStale ? cursor?.rules : rulesName(watch);
  return {
    cursor: withAgenda(
      { resourceVersion, tickedAt: now, ...optional({ listedAt, refusedAt }), ...(rules !== undefined && { rules }) },
      turn.agenda,
      now,
    ),
    digests,
    report: {
      ...sumOf(steps.map(({ found }) => found)),
      first: cursor === undefined,
      ...(listed === undefined && { partial: true }),
      ...(refusedAt !== undefined && watch.follow !== undefined && { refused: true }),
    },
    // Where all was listed, the next tick finds out for itself.
    ...(failure instanceof ClusterError && listed === undefined && { failure }),
  };
}

/** What was listed and could not be written is to be seen in the next list, and in no change. */
function listedAtOf({ isStale, at }: Listed & { readonly at: Millis }): Millis | undefined {
  return isStale ? undefined : at;
}

function refusedAtAfter({ cursor, services }: Turn, steps: readonly Step[]): Millis | undefined {
  const followed = steps.filter(({ end }) => end !== "listed");
  if (followed.some(({ end }) => end === "refused")) return services.now();
  return followed.length === 0 ? cursor?.refusedAt : undefined;
}

function optional(times: { readonly listedAt: Millis | undefined; readonly refusedAt: Millis | undefined }) {
  const { listedAt, refusedAt } = times;
  return { ...(listedAt !== undefined && { listedAt }), ...(refusedAt !== undefined && { refusedAt }) };
}

import { type Burst, ClusterError, type ClusterErrorCode, type WatchEvent, type WatchStream } from "#cluster/cluster";
import type { Millis } from "#store/store";
import { apply } from "./apply.ts";
import { afterRaising, isDue, raiseDue } from "./due.ts";
import { readWatched, type Seen } from "./read-object.ts";
import { type Found, type Position, sumOf, type Turn } from "./turn.ts";
import { isPartial, watchQueryOf } from "./watch.ts";

/**
 * How long changes are read: until the server has told all that there is, and so falls silent; until it ends the watch
 * after a second, for a way to it on which things are held back; or until that time, as they come.
 */
export type Until = "silence" | "end" | Millis;

/** How far changes were read and written, and why no further. */
export interface Followed {
  readonly position: Position;
  readonly found: Found;
  /** `list`: only a list can say more; `refused`: the same, for want of a permission or since the server knows no watch; `stale`: somebody else wrote what was to be written. */
  readonly end: "read" | "list" | "refused" | "stale" | ClusterError;
}

type End = Followed["end"] | "again" | "unclear" | "lost";

interface Course {
  readonly turn: Turn;
  readonly until: Until;
  readonly found: Found[];
  position: Position;
  /** The server has let us watch. */
  isOpened: boolean;
}

// The server ends by itself what should have been left long before.
const SILENCE_SECONDS = 10;
const LATE_MS = 2000;
/** How long nothing is looked at but a held watch: a lease is longer. */
const STEP_MS = 10_000;
/** An alarm that is due may come that much later. */
const DUE_STEP_MS = 1000;
/** Changes of a watch with a selector that wait for those that follow. */
const MOST_EVENTS = 5000;
const MOST_TRIES = 3;
const MOST_HELD_TRIES = 30;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8000;

/** What a watch could not open for, and a list may do all the same. Not where it would be told the same again. */
const INSTEAD: Partial<Record<ClusterErrorCode, "list" | "refused">> = {
  gone: "list",
  unavailable: "list",
  forbidden: "refused",
  invalid: "refused",
  timeout: "refused",
  "not-kubernetes": "refused",
};

/** To ask again would be told the same, or would lock the account. */
const FINAL: readonly ClusterErrorCode[] = ["unauthorized", "credentials", "tls"];

/** Reads what changed after a position and writes it as it comes. `lost`: the scope is somebody else's by now. Throws what the store throws, what looking up a job throws, and an abort, except where it only ends a wait. */
export async function follow(turn: Turn, from: Position, until: Until): Promise<Followed | "lost"> {
  const course: Course = { turn, until, found: [], position: from, isOpened: false };
  for (let tries = 1; ; tries += 1) {
    const { position } = course;
    const end = await read(course);
    if (end === "lost") return end;
    if (course.position !== position) tries = 1;
    if (!isWorthAnother(course, end, tries)) return followed(course, end);
    if (isHeld(until)) await turn.services.pause(pauseAfter(tries), turn.signal);
  }
}

function followed({ position, found, until }: Course, end: Exclude<End, "lost">): Followed {
  // What breaks off again and again in a short while may be broken on the way: a list comes through.
  const last = end === "again" && isHeld(until) ? "read" : "list";
  return { position, found: sumOf(found), end: end === "again" || end === "unclear" ? last : end };
}

function isWorthAnother({ turn, until }: Course, end: End, tries: number): boolean {
  if (isHeld(until) && end !== "unclear") {
    const passes = end === "again" || (end instanceof ClusterError && !FINAL.includes(end.code));
    return passes && !isOver(turn, until) && tries < MOST_HELD_TRIES;
  }
  return (end === "again" || end === "unclear") && tries < MOST_TRIES;
}

function pauseAfter(tries: number): Millis {
  return Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
}

/** One watch, from the first word to the last. */
async function read(course: Course): Promise<End> {
  const stream = await open(course);
  if (typeof stream === "string" || stream instanceof ClusterError) return stream;
  course.isOpened = true;
  try {
    return await readBursts(course, stream);
  } finally {
    stream.close();
  }
}

async function open(course: Course): Promise<WatchStream<Seen | undefined> | End> {
  const { turn, until, position } = course;
  const { cluster, watch, signal } = turn;
  const query = watchQueryOf(watch, position.resourceVersion, secondsOf(turn, until));
  try {
    return await cluster.watch(query, (object) => readWatched(watch, object), signal);
  } catch (error) {
    if (signal.aborted && isHeld(until)) return "read";
    if (error instanceof ClusterError) return endOf(error, course);
    throw error;
  }
}

/** Who was let in a moment ago is not refused for good: the server may be restarting. */
function endOf(error: ClusterError, { isOpened }: Course): End {
  return isOpened && error.code !== "gone" ? error : (INSTEAD[error.code] ?? error);
}

async function readBursts(course: Course, stream: WatchStream<Seen | undefined>): Promise<End> {
  const { turn, until } = course;
  let events: readonly WatchEvent<Seen>[] = [];
  for (;;) {
    const burst = await stream.next(waitOf(turn, until));
    turn.hold.prolong();
    events = [...events, ...watched(burst.events)];
    if (events.length > 0 && mayApply(course, burst, events.length)) {
      const applied = await applyAll(course, events, isCaughtUp(burst) ? turn.services.now() : undefined);
      if (applied !== "applied") return applied;
      events = [];
    }
    const end = endAfter(course, burst);
    if (end !== undefined) return end;
    const now = turn.services.now();
    if (isHeld(until) && isCaughtUp(burst) && isDue(turn, now) && (await raise(course, now)) === "lost") return "lost";
  }
}

/** Nothing is left to be told of what happened up to now. */
function isCaughtUp({ state }: Burst<unknown>): boolean {
  return state === "quiet" || state === "ended";
}

/** What is due while a watch is held: at the end of the tick it would come late. */
async function raise(course: Course, asOf: Millis): Promise<"raised" | "lost"> {
  const raised = await raiseDue(course.turn, asOf);
  if (raised === "lost") return raised;
  const { position, found } = afterRaising(raised, course.position);
  course.position = position;
  course.found.push(found);
  return "raised";
}

/** What is not watched says no more than that everything before it was told: of all that comes last, one is enough. */
function watched(events: readonly WatchEvent<Seen | undefined>[]): readonly WatchEvent<Seen>[] {
  const own = events.filter(isOwn);
  const last = events.at(-1);
  return last === undefined || isOwn(last)
    ? own
    : [...own, { type: "bookmark", resourceVersion: last.resourceVersion }];
}

function isOwn(event: WatchEvent<Seen | undefined>): event is WatchEvent<Seen> {
  return event.type === "bookmark" || event.object !== undefined;
}

/**
 * Who left the selector is looked up as it is now, so what is known to follow must be read before: it may be back. What
 * broke off is read again then.
 */
function mayApply({ turn }: Course, { state }: Pick<Burst<unknown>, "state">, count: number): boolean {
  if (!isPartial(turn.watch) || count >= MOST_EVENTS) return true;
  return state !== "more" && state !== "broken" && state !== "error";
}

async function applyAll(
  course: Course,
  events: readonly WatchEvent<Seen>[],
  asOf: Millis | undefined,
): Promise<"applied" | "stale" | "lost"> {
  const applied = await apply(course.turn, course.position, events, asOf);
  if (applied === "lost") return applied;
  course.position = applied.position;
  course.found.push(applied.found);
  course.turn.onProgress(applied.position);
  return applied.isStale ? "stale" : "applied";
}

function endAfter({ turn, until }: Course, { events, state }: Burst<unknown>): End | undefined {
  const { signal } = turn;
  if (isHeld(until)) {
    if (signal.aborted) return "read";
  } else signal.throwIfAborted();
  switch (state) {
    case "gone":
      return "list";
    case "error":
      return "unclear";
    case "broken":
      return "again";
    case "ended":
      return isHeld(until) ? "again" : "read";
    case "quiet":
      if (isHeld(until)) return isOver(turn, until) ? "read" : undefined;
      return until === "end" && events.length > 0 ? undefined : "read";
    case "more":
      return undefined;
    default:
      return state satisfies never;
  }
}

function isHeld(until: Until): until is Millis {
  return typeof until === "number";
}

function isOver({ services, signal }: Turn, until: Millis): boolean {
  return signal.aborted || services.now() >= until;
}

function waitOf({ services, agenda }: Turn, until: Until): Millis {
  const now = services.now();
  if (isHeld(until)) {
    const due = Math.max((agenda.dueAt() ?? Number.POSITIVE_INFINITY) - now, DUE_STEP_MS);
    return Math.min(Math.max(until - now, 0), STEP_MS, due);
  }
  return until === "end" ? LATE_MS : 0;
}

function secondsOf({ services }: Turn, until: Until): number {
  if (isHeld(until)) return Math.max(Math.ceil((until - services.now()) / 1000), 1);
  return until === "end" ? 1 : SILENCE_SECONDS;
}

import * as z from "zod";
import type { Millis } from "#store/store";

/** How a receiver may be served. */
export interface Pace {
  /** Between the starts of two posts. */
  readonly gapMs: Millis;
  /** Events of one minute that are told one by one; absent where all are. */
  readonly above?: number;
}

/** What everybody who serves a lane, in whatever process, knows of it. */
export interface LaneState {
  /** When the next post may begin: the gap after the last one. */
  readonly nextAt: Millis;
  /** Until when it asked to be left alone. */
  readonly pausedUntil: Millis;
  /** The minute that is counted: when it began, and what was posted in it. */
  readonly minute: Millis;
  readonly count: number;
  /** An event was kept back since there were too many: what waits is for a digest. */
  readonly held: boolean;
}

/** `later`: nothing before `until`, and no turn was taken. */
export type Turn =
  | { readonly type: "granted"; readonly at: Millis }
  | { readonly type: "later"; readonly until: Millis };

/** What to answer, and what the lane is like then; absent where it stays as it is. */
export type Step = readonly [turn: Turn, after?: LaneState];

export const FRESH: LaneState = { nextAt: 0, pausedUntil: 0, minute: 0, count: 0, held: false };

const MINUTE_MS = 60_000;
/** Whoever would have to wait for longer goes, and comes back: a function is paid for while it waits. */
const LONGEST_WAIT_MS = 10_000;

const State = z.object({
  nextAt: z.number(),
  pausedUntil: z.number(),
  minute: z.number(),
  count: z.number(),
  held: z.boolean(),
});

/** A state as it was written; a fresh one where another version wrote it. */
export function decodeLane(text: string | undefined): LaneState {
  if (text === undefined) return FRESH;
  return State.catch(FRESH).parse(JSON.parse(text));
}

/** The next turn for one event. */
export function takeTurn(before: LaneState, { gapMs, above = Number.POSITIVE_INFINITY }: Pace, now: Millis): Step {
  const state = inMinute(before, now);
  if (state.held || state.count >= above) {
    const until = Math.max(now, state.minute + MINUTE_MS);
    const later: Turn = { type: "later", until };
    return before.held ? [later] : [later, { ...state, held: true }];
  }
  return grant(state, now, (nextAt) => ({ ...state, nextAt: nextAt + gapMs, count: state.count + 1 }));
}

/** The next turn for a digest, of which there is one a minute at most. The minute begins anew with it, as full. */
export function takeDigestTurn(before: LaneState, { gapMs, above = 0 }: Pace, now: Millis): Step {
  const state = inMinute(before, now);
  if (state.count >= above) return [{ type: "later", until: state.minute + MINUTE_MS }];
  return grant(state, now, (nextAt) => ({ ...state, nextAt: nextAt + gapMs, minute: now, count: above, held: false }));
}

/** The turn of an event that was kept back and turned out to be alone. */
export function takeLateTurn(before: LaneState, pace: Pace, now: Millis): Step {
  return takeTurn({ ...before, held: false }, pace, now);
}

/** Nothing begins before `until`. */
export function pauseLane(before: LaneState, until: Millis): LaneState {
  return { ...before, pausedUntil: Math.max(before.pausedUntil, until) };
}

/** Whether what waits, `count` events at least, is too much to be told one by one. */
export function isStorm(before: LaneState, { above }: Pace, count: number, now: Millis): boolean {
  if (above === undefined) return false;
  const state = inMinute(before, now);
  return state.held || state.count + count > above;
}

function inMinute(state: LaneState, now: Millis): LaneState {
  const isOver = now >= state.minute + MINUTE_MS || now < state.minute;
  return isOver ? { ...state, minute: now, count: 0 } : state;
}

function grant(state: LaneState, now: Millis, after: (at: Millis) => LaneState): Step {
  const at = Math.max(now, state.nextAt, state.pausedUntil);
  return at - now > LONGEST_WAIT_MS ? [{ type: "later", until: at }] : [{ type: "granted", at }, after(at)];
}

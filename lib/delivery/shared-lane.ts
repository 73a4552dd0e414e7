import type { Millis, Store } from "#store/store";
import {
  decodeLane,
  isStorm,
  type LaneState,
  type Pace,
  pauseLane,
  type Step,
  type Turn,
  takeDigestTurn,
  takeLateTurn,
  takeTurn,
} from "./pace.ts";

/** The pace of a lane, kept by all processes together. Throws what the store throws. */
export interface SharedLane {
  takeTurn(now: Millis): Promise<Turn>;
  takeDigestTurn(now: Millis): Promise<Turn>;
  takeLateTurn(now: Millis): Promise<Turn>;
  isStorm(count: number, now: Millis): Promise<boolean>;
  /** Until when it asked to be left alone: for whoever was given a turn before. */
  pausedUntil(): Promise<Millis>;
  /** Nobody begins anything before `until`. */
  pause(until: Millis, now: Millis): Promise<void>;
}

/** Each try that is too late means that somebody else had a turn: after so many this is no moment to go on. */
const MOST_TRIES = 10;
const CROWDED_MS = 1000;

/** Two processes that want the same turn: the one that writes first has it, the other asks again. */
export function shareLane(store: Store, name: string, pace: Pace): SharedLane {
  async function move(now: Millis, step: (state: LaneState) => Step): Promise<Turn> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const row = await store.lane(name);
      const [turn, after] = step(decodeLane(row?.state));
      if (after === undefined) return turn;
      if ((await store.moveLane(name, row, JSON.stringify(after), now)) === "moved") return turn;
    }
    return { type: "later", until: now + CROWDED_MS };
  }

  return {
    takeTurn: (now) => move(now, (state) => takeTurn(state, pace, now)),
    takeDigestTurn: (now) => move(now, (state) => takeDigestTurn(state, pace, now)),
    takeLateTurn: (now) => move(now, (state) => takeLateTurn(state, pace, now)),
    async isStorm(count, now) {
      return isStorm(decodeLane((await store.lane(name))?.state), pace, count, now);
    },
    pausedUntil: async () => decodeLane((await store.lane(name))?.state).pausedUntil,
    async pause(until, now) {
      await move(now, (state) => [{ type: "granted", at: now }, pauseLane(state, until)]);
    },
  };
}

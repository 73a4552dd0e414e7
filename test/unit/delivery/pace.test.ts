import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeLane,
  FRESH,
  isStorm,
  type LaneState,
  type Pace,
  pauseLane,
  type Step,
  takeDigestTurn,
  takeLateTurn,
  takeTurn,
} from "#delivery/pace";

const NOW = 1_700_000_000_000;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const ONE_A_SECOND: Pace = { gapMs: SECOND };
const READER: Pace = { gapMs: SECOND, above: 3 };

type Take = (state: LaneState, pace: Pace, now: number) => Step;

/** Takes turns one after the other; each answer is when the post may begin, or `until …` where not now; in seconds. */
function play(pace: Pace, turns: readonly (readonly [seconds: number, take: Take])[], start = FRESH) {
  let state = start;
  return turns.map(([seconds, take]) => {
    const [turn, after = state] = take(state, pace, NOW + seconds * SECOND);
    state = after;
    return turn.type === "granted" ? (turn.at - NOW) / SECOND : `until ${(turn.until - NOW) / SECOND}`;
  });
}

describe("a lane's next turn", () => {
  test("comes a gap after the last one, however many ask", () => {
    const turns = [0, 0, 0.3, 9].map((at) => [at, takeTurn] as const);
    expect(play(ONE_A_SECOND, turns)).toEqual([0, 1, 2, 9]);
  });

  test("is not promised for later than ten seconds from now, and nothing is taken then", () => {
    const turns = Array.from({ length: 13 }, () => [0, takeTurn] as const);
    expect(play(ONE_A_SECOND, [...turns, [1, takeTurn]]).slice(10)).toEqual([10, "until 11", "until 11", 11]);
  });

  test("comes after a pause that anybody was asked for", () => {
    const state = pauseLane(pauseLane(FRESH, NOW + 7 * SECOND), NOW + 5 * SECOND);
    expect(
      play(
        ONE_A_SECOND,
        [
          [0, takeTurn],
          [7, takeTurn],
        ],
        state,
      ),
    ).toEqual([7, 8]);
    expect(play(ONE_A_SECOND, [[0, takeTurn]], pauseLane(FRESH, NOW + 90 * SECOND))).toEqual(["until 90"]);
  });

  test("is there also where a clock was put back", () => {
    const [, ahead] = takeTurn(FRESH, READER, NOW + 30 * MINUTE);
    expect(play(READER, [[1800 + 1, takeTurn]], ahead)).toEqual([1801]);
    expect(play(READER, [[1795, takeTurn]], ahead)).toEqual([1801]);
  });
});

describe("for whom more than three events a minute are too many", () => {
  const one = (at: number) => [at, takeTurn] as const;
  const digest = (at: number) => [at, takeDigestTurn] as const;

  test("the fourth is kept back until the minute is over, and what follows it too, until there was a digest", () => {
    expect(play(READER, [one(0), one(5), one(9), one(20), one(59), digest(60), one(61)])).toEqual([
      ...[0, 5, 9, "until 60", "until 60", 60, "until 120"],
    ]);
  });

  test("it is kept back also when the minute is over: it waits for the digest", () => {
    expect(play(READER, [one(0), one(1), one(2), one(3), one(61), digest(61)]).slice(3)).toEqual([
      "until 60",
      "until 121",
      61,
    ]);
  });

  test("there is one digest a minute", () => {
    expect(play(READER, [digest(0), digest(1), digest(60), one(119), digest(120), one(180), one(181)])).toEqual([
      ...[0, "until 60", 60, "until 120", 120, 180, 181],
    ]);
  });

  test("one that was kept back and is alone goes by itself", () => {
    expect(play(READER, [one(0), one(1), one(2), one(3), [60, takeLateTurn], one(61)]).slice(3)).toEqual([
      "until 60",
      60,
      61,
    ]);
  });

  test.each<[string, readonly (readonly [number, Take])[], number, number, boolean]>([
    ["three at once are none", [], 3, 0, false],
    ["four at once are a storm", [], 4, 0, true],
    ["two after two of the same minute are one", [one(0), one(1)], 2, 2, true],
    ["two after two of the minute before are none", [one(0), one(1)], 2, 60, false],
    ["one is, where one was kept back", [one(0), one(1), one(2), one(3)], 1, 70, true],
  ])("%s", (_, turns, count, seconds, expected) => {
    let state = FRESH;
    for (const [at, take] of turns) state = take(state, READER, NOW + at * SECOND)[1] ?? state;
    expect(isStorm(state, READER, count, NOW + seconds * SECOND)).toBe(expected);
  });

  test("whatever the order and the times, a minute has no more messages than three and a digest", () => {
    const ask = fc.tuple(
      fc.integer({ min: 0, max: 20 }),
      fc.constantFrom(takeTurn, takeTurn, takeDigestTurn, takeLateTurn),
    );
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 60 }), (asks) => {
        let [state, now] = [FRESH, NOW];
        const granted: number[] = [];
        for (const [seconds, take] of asks) {
          now += seconds * SECOND;
          const [turn, after = state] = take(state, READER, now);
          state = after;
          if (turn.type === "granted") granted.push(turn.at);
        }
        for (const [index, at] of granted.entries()) {
          expect(at - (granted[index - 1] ?? 0)).toBeGreaterThanOrEqual(SECOND);
          // Minutes are counted from the first message, so that of two the ends may meet.
          expect(at - (granted[index - 8] ?? 0)).toBeGreaterThanOrEqual(MINUTE);
        }
      }),
    );
  });
});

test("what another version wrote of a lane is no reason to be silent", () => {
  expect(decodeLane(undefined)).toEqual(FRESH);
  expect(decodeLane('{"next":1}')).toEqual(FRESH);
  const state = { nextAt: 1, pausedUntil: 4, minute: 2, count: 3, held: true };
  expect(decodeLane(JSON.stringify(state))).toEqual(state);
});

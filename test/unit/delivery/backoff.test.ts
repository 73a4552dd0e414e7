import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BACKOFF_MS, settle } from "#delivery/backoff";
import type { Outcome } from "#receivers/receiver";
import type { Delivery } from "#store/store";
import { jobEvent } from "../../support/events.ts";
import { DAY, MINUTE, NOW } from "../../support/store-steps.ts";

const SECOND = 1000;
const HOUR = 60 * MINUTE;

/** A delivery whose first post has just been made. */
function delivery(changes: Partial<Delivery> = {}): Delivery {
  return {
    ...{ receiver: "hook", event: jobEvent(), order: 1, state: "pending", attempts: 1, failures: 0 },
    ...{ queuedAt: NOW, nextAttemptAt: NOW, ...changes },
  };
}

const failed: Outcome = { state: "retry", reason: "HTTP 500" };
const throttled: Outcome = { state: "retry", reason: "HTTP 429", throttled: true };

/** Milliseconds to the next attempt; `undefined` where there is none. */
function waitAfter(failures: number, random: number, outcome: Outcome = failed): number | undefined {
  const settlement = settle(delivery({ failures, attempts: failures + 1 }), outcome, NOW, random);
  return settlement.state === "retry" ? settlement.nextAttemptAt - NOW : undefined;
}

describe("after a failure", () => {
  test.each([
    // [failures before it, the shortest wait, the middle, the longest]
    [0, 4 * SECOND, 5 * SECOND, 6 * SECOND],
    [1, 24 * SECOND, 30 * SECOND, 36 * SECOND],
    [2, 96 * SECOND, 2 * MINUTE, 144 * SECOND],
    [3, 8 * MINUTE, 10 * MINUTE, 12 * MINUTE],
    [4, 24 * MINUTE, 30 * MINUTE, 36 * MINUTE],
    [5, 96 * MINUTE, 2 * HOUR, 144 * MINUTE],
    [6, 4 * HOUR, 5 * HOUR, 6 * HOUR],
    [7, 9.6 * HOUR, 12 * HOUR, 14.4 * HOUR],
    [8, 9.6 * HOUR, 12 * HOUR, 14.4 * HOUR],
    [9, undefined, undefined, undefined],
    [10, undefined, undefined, undefined],
  ])(
    "that followed %i others, the next attempt comes after %d to %d to %d ms",
    (failures, shortest, middle, longest) => {
      expect([0, 0.5, 1].map((random) => waitAfter(failures, random))).toEqual([shortest, middle, longest]);
    },
  );

  test("the waits together outlast a receiver that is down for a day, whatever chance says", () => {
    const shortest = BACKOFF_MS.reduce((sum, _, failures) => sum + waitAfter(failures, 0)!, 0);
    expect(shortest / HOUR).toBeGreaterThan(24);
  });

  test("every wait is a whole number within a fifth of the step", () => {
    fc.assert(
      fc.property(
        fc.nat(BACKOFF_MS.length - 1),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        (failures, random) => {
          const [wait, step] = [waitAfter(failures, random)!, BACKOFF_MS[failures]!];
          expect(Number.isInteger(wait)).toBe(true);
          expect(wait).toBeGreaterThanOrEqual(0.8 * step);
          expect(wait).toBeLessThanOrEqual(1.2 * step);
        },
      ),
    );
  });

  test("a receiver that names a later time is not asked before it", () => {
    expect(waitAfter(0, 0.5, { ...failed, retryAfterMs: 60_000 })).toBe(60_000);
    expect(waitAfter(3, 0.5, { ...failed, retryAfterMs: 60_000 })).toBe(10 * MINUTE);
    expect(waitAfter(0, 0.5, { ...failed, retryAfterMs: 0 })).toBe(5 * SECOND);
  });

  test("it counts as a step, and says why", () => {
    expect(settle(delivery(), failed, NOW, 0.5)).toEqual({
      ...{ state: "retry", nextAttemptAt: NOW + 5 * SECOND, failed: true, error: "HTTP 500" },
    });
  });

  test("after the last step it is dead, and says after how many attempts", () => {
    const last = delivery({ failures: BACKOFF_MS.length, attempts: 12 });
    expect(settle(last, failed, NOW, 0)).toEqual({
      ...{ state: "dead", at: NOW, error: "gave up after 12 attempts: HTTP 500" },
    });
  });
});

describe("a receiver that wants a slower pace", () => {
  test("gets the time that it names, without a step and without chance", () => {
    const outcome = { ...throttled, retryAfterMs: 7_000 };
    for (const random of [0, 0.5, 1]) {
      expect(settle(delivery({ failures: 4 }), outcome, NOW, random)).toEqual({
        ...{ state: "retry", nextAttemptAt: NOW + 7_000, failed: false, error: "HTTP 429" },
      });
    }
  });

  test("gets five seconds where it names none", () => {
    expect(waitAfter(0, 0, throttled)).toBe(5_000);
    expect(waitAfter(9, 0, throttled)).toBe(5_000);
  });

  test("gets it for three days, and is given up then", () => {
    const patient = (age: number) => settle(delivery({ queuedAt: NOW - age, attempts: 500 }), throttled, NOW, 0);
    expect(patient(3 * DAY)).toMatchObject({ state: "retry" });
    expect(patient(3 * DAY + 1)).toEqual({
      ...{ state: "dead", at: NOW, error: "gave up after three days of waiting: HTTP 429" },
    });
  });

  test("gets ten attempts at least: what was queued when this machine was off for days has only just begun", () => {
    const asked = (attempts: number) => settle(delivery({ queuedAt: NOW - 9 * DAY, attempts }), throttled, NOW, 0);
    expect(asked(1)).toMatchObject({ state: "retry", failed: false });
    expect(asked(9)).toMatchObject({ state: "retry", failed: false });
    expect(asked(10)).toMatchObject({ state: "dead" });
  });
});

test("what was delivered is delivered, and what was refused is dead at once", () => {
  expect(settle(delivery({ failures: 7 }), { state: "delivered" }, NOW, 0)).toEqual({ state: "delivered", at: NOW });
  const refused: Outcome = { state: "dead", reason: "HTTP 410: the receiver is gone" };
  expect(settle(delivery(), refused, NOW, 0)).toEqual({ state: "dead", at: NOW, error: refused.reason });
});

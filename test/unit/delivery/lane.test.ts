import { describe, expect, test } from "vitest";
import { openLane } from "#delivery/lane";

const laneOf = (minGapMs: number) => openLane({ minGapMs });

describe("a lane with a pace", () => {
  test("has room for one at a time", () => {
    const lane = laneOf(1000);
    expect(lane.isOpen(0)).toBe(true);
    lane.enter();
    expect(lane.isOpen(0)).toBe(false);
    lane.leave();
    expect(lane.isOpen(0)).toBe(true);
  });
});

describe("a lane without a pace", () => {
  test("has room for eight", () => {
    const lane = laneOf(0);
    for (let taken = 0; taken < 8; taken += 1) {
      expect(lane.isOpen(0)).toBe(true);
      lane.enter();
    }
    expect(lane.isOpen(0)).toBe(false);
    lane.leave();
    expect(lane.isOpen(0)).toBe(true);
  });
});

test("a lane that is paused is closed until the latest time that it was told", () => {
  const lane = laneOf(0);
  lane.pause(2_000);
  lane.pause(1_000);
  expect([1_000, 1_999, 2_000].map((now) => lane.isOpen(now))).toEqual([false, false, true]);
});

describe("whoever waits for room", () => {
  test("gets it in turn, before who comes later", async () => {
    const lane = laneOf(1000);
    lane.enter();
    const order: string[] = [];
    const first = lane.enterInTurn(() => 0).then(() => order.push("first"));
    const second = lane.enterInTurn(() => 0).then(() => order.push("second"));
    lane.leave();
    expect(lane.isOpen(0)).toBe(false);
    await first;
    lane.leave();
    await second;
    lane.leave();
    expect(order).toEqual(["first", "second"]);
    expect(lane.isOpen(0)).toBe(true);
  });

  test("is sent away where the receiver was paused meanwhile, and so is the next", async () => {
    const lane = laneOf(1000);
    lane.enter();
    const both = [lane.enterInTurn(() => 500), lane.enterInTurn(() => 500)];
    lane.pause(1_000);
    lane.leave();
    expect(await Promise.all(both)).toEqual(["paused", "paused"]);
    expect(lane.isOpen(1_000)).toBe(true);
  });
});

import { expect, test } from "vitest";
import type { Settlement } from "#store/store";
import { claimed, DAY, event, MINUTE, NOW, queue, settleHead } from "../support/store-steps.ts";
import type { TwoStores } from "./store.ts";

const stream = { uid: "u1", receiver: "chat" };
const delivered = { state: "delivered" as const, at: NOW } satisfies Settlement;
const dead: Settlement = { state: "dead", at: NOW, error: "chat answered 404: no_service" };
const retry: Settlement = { state: "retry", nextAttemptAt: NOW, failed: true, error: "chat answered 503" };
const LONG = `{"ts":"1763691432.000100","x":"${"🔥".repeat(1000)}"}`;

/** What is remembered beside the deliveries: what a receiver said of a job, and the paces that several processes keep. */
export function lanesContract(stores: TwoStores): void {
  test.each<[string, Settlement]>([
    ["delivered", delivered],
    ["dead", dead],
    ["to be tried again", retry],
  ])("an attempt that is %s leaves a memo for its stream, and for no other", async (_, settlement) => {
    const [one, other] = await stores();
    await queue(one, "chat", [event("u1", 1)]);
    expect(await one.memo(stream)).toBeUndefined();
    await settleHead(one, stream, settlement, LONG);
    expect(await other.memo(stream)).toBe(LONG);
    expect(await other.memo({ ...stream, uid: "u2" })).toBeUndefined();
    expect(await other.memo({ ...stream, receiver: "hook" })).toBeUndefined();
    expect(await other.head(stream)).toEqual(
      settlement.state === "retry" ? expect.objectContaining({ failures: 1 }) : undefined,
    );
  });

  test("a memo stays until a settlement brings another one, be it empty", async () => {
    const [store] = await stores();
    await queue(store, "chat", [event("u1", 1), event("u1", 2), event("u1", 3)]);
    await settleHead(store, stream, delivered, "first");
    await settleHead(store, stream, delivered);
    expect(await store.memo(stream)).toBe("first");
    await settleHead(store, stream, delivered, "");
    expect(await store.memo(stream)).toBe("");
  });

  test("an attempt that somebody else has begun again leaves no memo", async () => {
    const [one, other] = await stores();
    await queue(one, "chat", [event("u1", 1)]);
    const late = await claimed(one, await one.head(stream));
    const again = await claimed(other, late, NOW + MINUTE);
    expect(await one.settle(late, delivered, "late")).toBe("taken");
    expect(await one.memo(stream)).toBeUndefined();
    expect(await other.settle(again, delivered, "again")).toBe("settled");
    expect(await one.settle(late, delivered, "late")).toBe("taken");
    expect(await one.memo(stream)).toBe("again");
  });

  test("of many who settle an attempt at once with a memo, one does, and it is that one's", async () => {
    const both = await stores();
    await queue(both[0], "chat", [event("u1", 1)]);
    const claim = await claimed(both[0], await both[0].head(stream));
    const attempts = Array.from({ length: 8 }, (_, index) => both[0].settle(claim, delivered, `memo ${index}`));
    const answers = await Promise.all(attempts);
    expect(answers.filter((answer) => answer === "settled")).toHaveLength(1);
    expect(await both[1].memo(stream)).toBe(`memo ${answers.indexOf("settled")}`);
  });

  test("a sweep leaves a memo for 60 days after it was written", async () => {
    const [store] = await stores();
    await queue(store, "chat", [event("u1", 1), event("u1", 2)]);
    await settleHead(store, stream, delivered, "first");
    await settleHead(store, stream, { ...delivered, at: NOW + DAY }, "second");
    await store.sweep(NOW + 61 * DAY - 1);
    expect(await store.memo(stream)).toBe("second");
  });

  test("a lane is what was last written, and others are nothing", async () => {
    const [one, other] = await stores();
    expect(await one.lane("slack/C1")).toBeUndefined();
    expect(await one.moveLane("slack/C1", undefined, "a", NOW)).toBe("moved");
    const first = await other.lane("slack/C1");
    expect(first?.state).toBe("a");
    expect(await other.moveLane("slack/C1", first, "b", NOW)).toBe("moved");
    const second = await one.lane("slack/C1");
    expect(second?.state).toBe("b");
    expect(second?.version).toBeGreaterThan(first?.version ?? Number.NaN);
    expect(await one.lane("slack/C2")).toBeUndefined();
  });

  test.each(["", "#ml/alerts", "a\u0000b", "🔔 'quoted' \"name\"", "x".repeat(10_000)])(
    "a lane may have any name, such as %j",
    async (name) => {
      const [store] = await stores();
      const state = JSON.stringify({ x: "\u0001\u202e" }).padEnd(1000);
      expect(await store.moveLane(name, undefined, state, NOW)).toBe("moved");
      expect(await store.lane(name)).toMatchObject({ state });
      expect(await store.lane(`${name}x`)).toBeUndefined();
    },
  );

  test("a lane that was written since it was read is stale, also where nothing was there", async () => {
    const [one, other] = await stores();
    expect(await one.moveLane("lane", { version: 7, state: "a" }, "b", NOW)).toBe("stale");
    await one.moveLane("lane", undefined, "a", NOW);
    expect(await other.moveLane("lane", undefined, "b", NOW)).toBe("stale");
    const read = await other.lane("lane");
    await one.moveLane("lane", read, "c", NOW);
    expect(await other.moveLane("lane", read, "d", NOW + MINUTE)).toBe("stale");
    expect(await other.lane("lane")).toMatchObject({ state: "c" });
  });

  test("of many who move a lane at once, one does, whatever their clocks say", async () => {
    const both = await stores();
    for (const round of [0, 1, 2]) {
      const before = await both[0].lane("lane");
      const moves = Array.from({ length: 12 }, (_, index) =>
        both[index % 2 === 0 ? 0 : 1].moveLane("lane", before, `${round}/${index}`, NOW - index * MINUTE),
      );
      const answers = await Promise.all(moves);
      expect(answers.filter((answer) => answer === "moved")).toHaveLength(1);
      expect(await both[1].lane("lane")).toMatchObject({ state: `${round}/${answers.indexOf("moved")}` });
    }
  });

  test("a sweep leaves a lane for a day after it was written", async () => {
    const [store] = await stores();
    await store.moveLane("lane", undefined, "a", NOW - DAY);
    await store.moveLane("lane", await store.lane("lane"), "b", NOW + 1);
    await store.sweep(NOW + DAY);
    expect(await store.lane("lane")).toMatchObject({ state: "b" });
  });
}

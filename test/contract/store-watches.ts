import { expect, test } from "vitest";
import { advance, MINUTE, memory, NOW, WATCH } from "../support/store-steps.ts";
import type { TwoStores } from "./store.ts";

const until = NOW + MINUTE;
const cursor = { resourceVersion: "482193377", tickedAt: NOW + 5 };

const STRANGE = [
  "a",
  "a#b",
  "a/b",
  "A",
  "watch#a",
  "cursor",
  "job#a",
  "delivery#a#b",
  "' OR 1=1; DROP TABLE watch; --",
  "\u0001\u001b[31m\u007f\n\t",
  "🔔 ünï 你好",
  ":watch #watch",
];

/** Leases on watches, their cursors and their health. */
export function watchesContract(stores: TwoStores): void {
  test("a watch is claimed without a cursor until its first tick succeeded, and with it afterwards", async () => {
    const [store] = await stores();
    expect(await store.claimWatch(WATCH, { until }, NOW)).toEqual({ cursor: undefined });
    await store.finishTick(WATCH, { cursor });
    expect(await store.claimWatch(WATCH, { until }, NOW)).toEqual({ cursor });
  });

  test("a claimed watch is busy for everybody, its holder too, until the lease ends", async () => {
    const [one, other] = await stores();
    await one.claimWatch(WATCH, { until }, NOW);
    expect(await one.claimWatch(WATCH, { until }, NOW)).toBe("busy");
    expect(await other.claimWatch(WATCH, { until }, until - 1)).toBe("busy");
    expect(await other.claimWatch(WATCH, { until: until + MINUTE }, until)).toEqual({ cursor: undefined });
    expect(await one.claimWatch(WATCH, { until: until + MINUTE }, until)).toBe("busy");
  });

  test("a lease on one watch is none on another", async () => {
    const [store] = await stores();
    await store.claimWatch(WATCH, { until }, NOW);
    expect(await store.claimWatch(`${WATCH}2`, { until }, NOW)).toEqual({ cursor: undefined });
  });

  test.each([
    ["succeeded", { cursor }],
    ["failed", { error: "no" }],
  ])("a tick that %s gives the lease back", async (_, result) => {
    const [one, other] = await stores();
    await one.claimWatch(WATCH, { until }, NOW);
    await one.finishTick(WATCH, result);
    expect(await other.claimWatch(WATCH, { until }, NOW)).not.toBe("busy");
  });

  test("failed ticks keep the cursor and are counted; one that succeeds ends the count", async () => {
    const [store] = await stores();
    const health = async () => (await store.watches())[0];
    await store.claimWatch(WATCH, { until }, NOW);
    await store.finishTick(WATCH, { error: "cluster prod: first" });
    expect(await health()).toEqual({ watch: WATCH, cursor: undefined, failures: 1, error: "cluster prod: first" });
    await store.finishTick(WATCH, { cursor });
    expect(await health()).toEqual({ watch: WATCH, cursor, failures: 0, error: undefined });
    await store.finishTick(WATCH, { error: "cluster prod: second" });
    await store.finishTick(WATCH, { error: "cluster prod: third" });
    expect(await health()).toEqual({ watch: WATCH, cursor, failures: 2, error: "cluster prod: third" });
  });

  test("every watch that was ever claimed or ticked is listed", async () => {
    const [one, other] = await stores();
    await one.claimWatch("b", { until }, NOW);
    await other.finishTick("a", { cursor });
    await other.finishTick("c", { error: "no" });
    const watches = (await one.watches()).map(({ watch }) => watch);
    expect(watches.sort()).toEqual(["a", "b", "c"]);
  });

  test("nothing is listed before anything was claimed", async () => {
    const [store] = await stores();
    expect(await store.watches()).toEqual([]);
  });

  test("watches and jobs of the strangest names keep to themselves", async () => {
    const [store] = await stores();
    for (const name of STRANGE) {
      expect(await store.claimWatch(name, { until }, NOW)).toEqual({ cursor: undefined });
      await store.finishTick(name, { cursor: { resourceVersion: name, tickedAt: NOW } });
      await advance(store, { watch: name, key: name, after: { memory: memory({ uid: name }) } });
    }
    for (const name of STRANGE) {
      const claim = await store.claimWatch(name, { until }, NOW);
      expect(claim).toEqual({ cursor: { resourceVersion: name, tickedAt: NOW } });
      expect([...(await store.jobs(name))]).toMatchObject([[name, { key: name, memory: { uid: name } }]]);
    }
    expect((await store.watches()).map(({ watch }) => watch).sort()).toEqual([...STRANGE].sort());
  });
}

/** What tells one opened store from another. */
export function ownersContract(stores: TwoStores): void {
  test("two opened stores have different owners", async () => {
    const [one, other] = await stores();
    expect(one.owner).not.toBe(other.owner);
  });

  test.each([
    ["succeeds", { cursor }],
    ["fails", { error: "no" }],
  ])("a late tick that %s is written down, and leaves the lease to who has it now", async (_, result) => {
    const [late, holder] = await stores();
    await late.claimWatch(WATCH, { until }, NOW);
    await holder.claimWatch(WATCH, { until: until + MINUTE }, until);
    await late.finishTick(WATCH, result);
    expect(await late.claimWatch(WATCH, { until: until + MINUTE }, until)).toBe("busy");
    const [health] = await holder.watches();
    expect(health).toMatchObject("cursor" in result ? { cursor, failures: 0 } : { cursor: undefined, failures: 1 });
  });
}

import { expect, onTestFinished, test } from "vitest";
import { holdOf, leaseFrom } from "#polling/hold";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";
import { claimedScope, NOW, SCOPE } from "../../support/store-steps.ts";

async function openHold() {
  const clock = { now: NOW };
  const sqlite = sqliteStore(":memory:");
  onTestFinished(() => sqlite.close());
  let renewals = 0;
  let failing = false;
  const store: Store = {
    ...sqlite,
    async renewScope(claim, lease) {
      renewals += 1;
      if (failing) throw new Error("no store");
      return sqlite.renewScope(claim, lease);
    },
  };
  const { claim } = await claimedScope(store, SCOPE);
  const hold = holdOf(store, claim, () => clock.now, leaseFrom(NOW));
  const pass = (ms: number) => {
    clock.now += ms;
  };
  return {
    hold,
    store,
    claim,
    clock,
    pass,
    renewals: () => renewals,
    fail: (fails: boolean) => {
      failing = fails;
    },
  };
}

/** Lets everything that is under way in memory come to its end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a scope of which half a minute is left is ours without a question, and later it is asked for more", async () => {
  const { hold, store, pass, clock, renewals } = await openHold();
  pass(30_000);
  expect(await hold.isKept()).toBe(true);
  expect(renewals()).toBe(0);
  pass(1);
  expect(await hold.isKept()).toBe(true);
  expect(renewals()).toBe(1);
  expect(await store.claimScope(SCOPE, { until: clock.now + 90_000 }, clock.now + 59_999)).toBe("busy");
  pass(30_000);
  expect(await hold.isKept()).toBe(true);
  expect(renewals()).toBe(1);
});

test("a scope that somebody else has had is lost, whatever our clock says", async () => {
  const { hold, store, clock, pass } = await openHold();
  const other = await claimedScope(store, SCOPE, clock.now + 60_000);
  expect(await hold.isUndisturbed()).toBe(false);
  expect(await hold.isKept()).toBe(true);
  await store.finishScope(other.claim, new Map());
  expect(await hold.isUndisturbed()).toBe(false);
  pass(30_001);
  expect(await hold.isKept()).toBe(false);
});

test("whoever cannot wait prolongs it in the background, one question at a time", async () => {
  const { hold, pass, renewals } = await openHold();
  for (let each = 0; each < 100; each += 1) hold.prolong();
  expect(renewals()).toBe(0);
  pass(30_001);
  for (let each = 0; each < 100; each += 1) hold.prolong();
  await settled();
  expect(renewals()).toBe(1);
  hold.prolong();
  pass(30_001);
  hold.prolong();
  await settled();
  expect(renewals()).toBe(2);
});

test("in the background, a scope that is lost is not asked for again, and a broken store is heard of later", async () => {
  const { hold, store, clock, pass, renewals, fail } = await openHold();
  pass(31_000);
  fail(true);
  for (let each = 1; each <= 2; each += 1) {
    hold.prolong();
    await settled();
    expect(renewals()).toBe(each);
  }
  await expect(hold.isKept()).rejects.toThrow("no store");
  fail(false);
  await claimedScope(store, SCOPE, clock.now + 60_000);
  for (let each = 0; each < 3; each += 1) {
    hold.prolong();
    await settled();
  }
  expect(renewals()).toBe(4);
});

import { expect, test } from "vitest";
import type { Claim, Store, WatchState } from "#store/store";
import { advance, claimedScope, MINUTE, memory, NOW, SCOPE } from "../support/store-steps.ts";
import type { TwoStores } from "./store.ts";

const until = NOW + MINUTE;
const cursor = { resourceVersion: "482193377", tickedAt: NOW + 5 };
const read: WatchState = { cursor: { ...cursor, digests: "abcd,,?" }, failures: 0 };
const waiting: WatchState = {
  cursor: { ...cursor, dueAt: NOW + 60_000, dueLately: { dueAt: NOW + 90_000, writtenAt: NOW + 4 }, rules: "k3J_-a" },
  failures: 0,
};
const failing: WatchState = {
  cursor: { ...cursor, listedAt: NOW, refusedAt: NOW + 7 },
  failures: 3,
  error: "cluster prod: no",
};
const states = new Map<string, WatchState>([
  ["jobs.batch", read],
  ["tfjobs.kubeflow.org", failing],
  ["jaxjobs.kubeflow.org", waiting],
  ["mpijobs.kubeflow.org", { failures: 1, error: "cluster prod: not there" }],
  ["xgboostjobs.kubeflow.org", { failures: 0 }],
]);

const STRANGE = [
  "a",
  "a#b",
  "a/b",
  "A",
  "scope#a",
  "cursor",
  "job#a",
  "job#0#a",
  "delivery#a#b",
  "' OR 1=1; DROP TABLE scope; --",
  "\u0001\u001b[31m\u007f\n\t",
  "🔔 ünï 你好",
  ":watch #watch",
];

/** Claims and finishes a scope with these states. */
async function finish(store: Store, scope: string, after: ReadonlyMap<string, WatchState>): Promise<void> {
  const { claim } = await claimedScope(store, scope);
  expect(await store.finishScope(claim, after)).toBe("finished");
}

/** Claims on scopes, the states of their watches and their health. */
export function scopesContract(stores: TwoStores): void {
  test("a scope is claimed without states at first, and then with those with which it was finished", async () => {
    const [one, other] = await stores();
    const { claim, ...first } = await claimedScope(one, SCOPE);
    expect(first).toEqual({ states: new Map(), interrupted: false });
    expect(await one.finishScope(claim, states)).toBe("finished");
    expect(await claimedScope(other, SCOPE)).toMatchObject({ states, interrupted: false });
  });

  test("to finish a scope replaces all its states", async () => {
    const [store] = await stores();
    await finish(store, SCOPE, states);
    await finish(store, SCOPE, new Map([["jobs.batch", read]]));
    expect((await claimedScope(store, SCOPE)).states).toEqual(new Map([["jobs.batch", read]]));
  });

  test("a claimed scope is busy for everybody, its holder too, until the lease ends", async () => {
    const [one, other] = await stores();
    await claimedScope(one, SCOPE);
    expect(await one.claimScope(SCOPE, { until }, NOW)).toBe("busy");
    expect(await other.claimScope(SCOPE, { until }, until - 1)).toBe("busy");
    expect(await claimedScope(other, SCOPE, until)).toMatchObject({ states: new Map() });
    expect(await one.claimScope(SCOPE, { until: until + MINUTE }, until)).toBe("busy");
  });

  test("a claim on one scope is none on another", async () => {
    const [store] = await stores();
    await claimedScope(store, SCOPE);
    expect(await claimedScope(store, `${SCOPE}2`)).toMatchObject({ interrupted: false });
  });

  test("a claim that was not finished is told of to the next, and only to that", async () => {
    const [one, other] = await stores();
    await finish(one, SCOPE, states);
    await claimedScope(one, SCOPE);
    const next = await claimedScope(other, SCOPE, until);
    expect(next).toMatchObject({ states, interrupted: true });
    await other.finishScope(next.claim, states);
    expect(await claimedScope(one, SCOPE, until)).toMatchObject({ interrupted: false });
  });

  test("a claim that is renewed lasts until its new end", async () => {
    const [one, other] = await stores();
    const { claim } = await claimedScope(one, SCOPE);
    expect(await one.renewScope(claim, { until: until + 10.5 })).toBe("renewed");
    expect(await other.claimScope(SCOPE, { until: until + MINUTE }, until + 10)).toBe("busy");
    expect(await claimedScope(other, SCOPE, until + 11)).toMatchObject({ interrupted: true });
  });

  test("what is known when a claim is renewed is there for the next, and else it is as it was", async () => {
    const [one, other] = await stores();
    const { claim } = await claimedScope(one, SCOPE);
    expect(await one.renewScope(claim, { until }, states)).toBe("renewed");
    expect(await one.renewScope(claim, { until })).toBe("renewed");
    expect(await claimedScope(other, SCOPE, until)).toMatchObject({ states, interrupted: true });
    expect(await one.renewScope(claim, { until: until + MINUTE }, new Map([["late", read]]))).toBe("lost");
    expect(await one.watches()).toHaveLength(states.size);
  });

  test("a claim whose lease ended is renewed and finished all the same, where nobody came", async () => {
    const [store] = await stores();
    const { claim } = await claimedScope(store, SCOPE);
    expect(await store.renewScope(claim, { until: NOW - MINUTE })).toBe("renewed");
    expect(await store.renewScope(claim, { until: NOW - 1 })).toBe("renewed");
    expect(await store.finishScope(claim, states)).toBe("finished");
  });

  test("of two claims of one holder, the first is not renewed or finished in place of the second", async () => {
    const [store] = await stores();
    const late = await claimedScope(store, SCOPE);
    const next = await claimedScope(store, SCOPE, until);
    expect(await lostBoth(store, late.claim)).toBe(true);
    expect(await store.claimScope(SCOPE, { until: until + 2 * MINUTE }, until)).toBe("busy");
    expect(await store.finishScope(next.claim, states)).toBe("finished");
    expect(await store.watches()).toHaveLength(states.size);
  });

  test("a scope is finished once", async () => {
    const [store] = await stores();
    const { claim } = await claimedScope(store, SCOPE);
    await store.finishScope(claim, states);
    expect(await lostBoth(store, claim)).toBe(true);
    expect(await claimedScope(store, SCOPE)).toMatchObject({ states, interrupted: false });
  });

  test("a claim that never was is lost", async () => {
    const [store] = await stores();
    expect(await lostBoth(store, { scope: SCOPE, number: 1 })).toBe(true);
    expect(await store.watches()).toEqual([]);
  });

  test("the watches of all scopes are listed with their health, by scope and kind", async () => {
    const [one, other] = await stores();
    await finish(one, "prod/b", new Map([["jobs.batch", read]]));
    await finish(other, "prod/a", states);
    await claimedScope(one, "prod/claimed");
    expect(await one.watches()).toEqual([
      { scope: "prod/a", kind: "jaxjobs.kubeflow.org", ...waiting },
      { scope: "prod/a", kind: "jobs.batch", ...read },
      { scope: "prod/a", kind: "mpijobs.kubeflow.org", failures: 1, error: "cluster prod: not there" },
      { scope: "prod/a", kind: "tfjobs.kubeflow.org", ...failing },
      { scope: "prod/a", kind: "xgboostjobs.kubeflow.org", failures: 0 },
      { scope: "prod/b", kind: "jobs.batch", ...read },
    ]);
  });

  test("nothing is listed before anything was finished", async () => {
    const [store] = await stores();
    expect(await store.watches()).toEqual([]);
  });

  test("scopes, kinds and jobs of the strangest names keep to themselves", async () => {
    const [store] = await stores();
    const stateOf = (name: string) =>
      new Map([[name, { cursor: { resourceVersion: name, tickedAt: NOW }, failures: 0 }]]);
    for (const name of STRANGE) {
      await finish(store, name, stateOf(name));
      await advance(store, { watch: name, key: name, after: { memory: memory({ uid: name }) } });
    }
    for (const name of STRANGE) {
      expect((await claimedScope(store, name)).states).toEqual(stateOf(name));
      expect([...(await store.jobs(name))]).toMatchObject([[name, { key: name, memory: { uid: name } }]]);
    }
    expect((await store.watches()).map(({ scope }) => scope).sort()).toEqual([...STRANGE].sort());
  });
}

/** What tells one opened store from another. */
export function ownersContract(stores: TwoStores): void {
  test("two opened stores have different owners", async () => {
    const [one, other] = await stores();
    expect(one.owner).not.toBe(other.owner);
  });

  test("a holder that is late has lost its claim: nothing that it says is written", async () => {
    const [late, holder] = await stores();
    const { claim } = await claimedScope(late, SCOPE);
    const next = await claimedScope(holder, SCOPE, until);
    expect(await lostBoth(late, claim)).toBe(true);
    expect(await late.claimScope(SCOPE, { until: until + MINUTE }, until)).toBe("busy");
    expect(await holder.finishScope(next.claim, states)).toBe("finished");
    expect(await lostBoth(late, claim)).toBe(true);
    expect((await claimedScope(late, SCOPE, until)).states).toEqual(states);
  });

  test("the claim of another holder is not renewed or finished", async () => {
    const [one, other] = await stores();
    const { claim } = await claimedScope(one, SCOPE);
    expect(await lostBoth(other, claim)).toBe(true);
    expect(await one.finishScope(claim, states)).toBe("finished");
  });
}

async function lostBoth(store: Store, claim: Claim): Promise<boolean> {
  const answers = [
    await store.renewScope(claim, { until: until + 5 * MINUTE }),
    await store.finishScope(claim, new Map([["late", read]])),
  ];
  return answers.every((answer) => answer === "lost");
}

import { describe, expect, onTestFinished, test } from "vitest";
import { ClusterError } from "#cluster/cluster";
import type { JobEvent } from "#jobs/event";
import { batchJob } from "#jobs/kinds/batch-job";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import { poll } from "#polling/poll";
import { kindKey, scopeId, type Watch, watchId } from "#polling/watch";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";
import { claimedScope, NOW, rowOf } from "../support/store-steps.ts";
import { type TickCall, through } from "../support/store-through.ts";
import { openListedCluster } from "../unit/polling/listed-cluster.ts";
import { SIGNAL, WATCH, wordsOf } from "../unit/polling/scene.ts";

const RUNNING = "Created=True@1 Running=True@3";
const SUCCEEDED = "Created=True@1 Running=False@3 Succeeded=True@9";
const KINDS = [tfJob, pyTorchJob, batchJob];
const WATCHES: readonly Watch[] = KINDS.map((kind) => ({ ...WATCH, kind }));
const SCOPE = scopeId(WATCH);

/** A cluster and a store in memory, and what is asked of the store. */
function open() {
  const cluster = openListedCluster();
  const sqlite = sqliteStore(":memory:");
  onTestFinished(() => sqlite.close());
  const calls: TickCall[] = [];
  const counted = <A extends unknown[], T>(name: TickCall, call: (...parts: A) => Promise<T>) => {
    return (...parts: A) => {
      calls.push(name);
      return call(...parts);
    };
  };
  const store = through(sqlite, counted);
  const clock = { now: NOW };
  const events: JobEvent[] = [];
  const pauses: number[] = [];
  const onEvent = (event: JobEvent) => void events.push(event);
  const pause = async (ms: number) => void pauses.push(ms);
  const tick = (watches: readonly Watch[] = WATCHES, through: Store = store, signal = SIGNAL) => {
    calls.length = 0;
    clock.now += 10_000;
    return poll({ store: through, now: () => clock.now, pause, onEvent }, () => cluster, watches, signal);
  };
  const stateOf = async (watch: Watch) => (await sqlite.watches()).find(({ kind }) => kind === kindKey(watch));
  return { cluster, store, calls, clock, events, pauses, tick, stateOf };
}

const failing = (code: "unavailable" | "not-installed") => async () => {
  throw new ClusterError(code, "prod", `cluster prod: ${code}`);
};

describe("the watches of one namespace", () => {
  test("are claimed and finished once, and an idle tick asks for nothing else", async () => {
    const { cluster, tick, calls } = open();
    cluster.set({ mnist: RUNNING });
    await tick();
    await tick();
    expect(calls).toEqual(["claimScope", "finishScope"]);
  });

  test("with other selectors are another scope, and wait for nobody", async () => {
    const { tick, calls, store } = open();
    await claimedScope(store, SCOPE);
    const results = await tick([...WATCHES, { ...WATCH, labelSelector: "team=vision" }]);
    expect(results.map(({ state }) => state)).toEqual(["busy", "busy", "busy", "read"]);
    expect(calls.filter((call) => call === "claimScope")).toHaveLength(2);
  });

  test("that are named twice are ticked once, by the first of that name", async () => {
    const { tick, calls } = open();
    const results = await tick([WATCH, { ...WATCH, pageSize: 7 }]);
    expect(results.map(({ state }) => state)).toEqual(["read", "busy"]);
    expect(calls.filter((call) => call === "jobs")).toHaveLength(1);
  });

  test("say when they were last read, before this tick", async () => {
    const { tick, clock, cluster } = open();
    expect(await tick([WATCH])).toMatchObject([{ state: "read", lastTickAt: undefined }]);
    const first = clock.now;
    cluster.onListed = failing("unavailable");
    for (let round = 0; round < 2; round += 1) {
      expect(await tick([WATCH])).toMatchObject([{ state: "failed", lastTickAt: first }]);
    }
    cluster.onListed = async () => {};
    expect(await tick([WATCH])).toMatchObject([{ state: "read", lastTickAt: first }]);
    expect(await tick([WATCH])).toMatchObject([{ lastTickAt: clock.now - 10_000 }]);
  });

  test("that are not asked for keep what is remembered of them", async () => {
    const { cluster, tick, stateOf, events, calls } = open();
    cluster.set({ mnist: RUNNING });
    await tick();
    const before = await stateOf(WATCH);
    cluster.set({ mnist: SUCCEEDED });
    await tick(WATCHES.slice(1));
    expect(await stateOf(WATCH)).toEqual(before);
    await tick();
    expect(events.map(wordsOf)).toEqual(["mnist Succeeded@9"]);
    expect(calls).toEqual(["claimScope", "jobs", "renewScope", "advance", "finishScope"]);
  });
});

describe("a kind that fails", () => {
  test("delays and fails no other of its scope, and is compared as a whole next time", async () => {
    const { cluster, tick, stateOf, events, calls } = open();
    cluster.set({ mnist: RUNNING });
    cluster.set({ mnist: RUNNING }, { resource: batchJob.resource });
    await tick();
    cluster.set({ mnist: SUCCEEDED });
    let lists = 0;
    cluster.onListed = async () => {
      lists += 1;
      if (lists === 3) await failing("unavailable")();
    };
    expect((await tick()).map(({ state }) => state)).toEqual(["read", "read", "failed"]);
    expect(events.map(wordsOf)).toEqual(["mnist Succeeded@9"]);
    const [, , batch] = WATCHES as [Watch, Watch, Watch];
    expect(await stateOf(batch)).toMatchObject({ failures: 1, error: "cluster prod: unavailable" });
    expect((await stateOf(batch))?.cursor).not.toHaveProperty("digests");
    expect((await stateOf(WATCH))?.cursor).toHaveProperty("digests");
    await tick();
    expect(calls).toEqual(["claimScope", "jobs", "finishScope"]);
    expect(await stateOf(batch)).toMatchObject({ failures: 0, cursor: { digests: expect.any(String) } });
  });

  test("since it is not installed has failed from the moment that it was there once", async () => {
    const { cluster, tick, stateOf } = open();
    cluster.onListed = failing("not-installed");
    const message = "cluster prod: not-installed";
    expect(await tick([WATCH])).toEqual([{ state: "not-installed", message }]);
    expect(await stateOf(WATCH)).toMatchObject({ failures: 1, error: message });
    cluster.onListed = async () => {};
    await tick([WATCH]);
    cluster.onListed = failing("not-installed");
    expect(await tick([WATCH])).toMatchObject([{ state: "failed", code: "not-installed" }]);
  });
});

describe("a tick that ends by an error of the store", () => {
  /** One write fails at once, the others take their time. */
  const broken = (store: Store): Store => ({
    ...store,
    advance: async (step) => {
      if (step.key === "ml/bad") throw new Error("too large");
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return store.advance(step);
    },
  });

  test("gives its scope back without digests of that kind, when the other writes are done", async () => {
    const { cluster, store, tick, stateOf, events, calls } = open();
    await tick();
    cluster.set({ bad: RUNNING, good: RUNNING });
    cluster.set({ mnist: RUNNING }, { resource: batchJob.resource });
    await expect(tick(WATCHES, broken(store))).rejects.toThrow("too large");
    expect((await stateOf(WATCH))?.cursor).not.toHaveProperty("digests");
    expect(await claimedScope(store, SCOPE)).toMatchObject({ interrupted: false });
    expect(new Set(events.map(({ name }) => name))).toEqual(new Set(["mnist", "good"]));
    expect(calls.lastIndexOf("finishScope")).toBeGreaterThan(calls.lastIndexOf("advance"));
  });

  test("fails no other scope, and is thrown when all have ended", async () => {
    const { cluster, store, tick, events } = open();
    const other = { ...WATCH, labelSelector: "team=vision" };
    await tick([WATCH, other]);
    cluster.set({ bad: RUNNING });
    cluster.set({ good: SUCCEEDED }, { labels: { team: "vision" } });
    await expect(tick([WATCH, other], broken(store))).rejects.toThrow("too large");
    expect(events.filter(({ name }) => name === "good").length).toBeGreaterThan(0);
    expect(await rowOf(store, watchId(other), "ml/good")).toBeDefined();
  });

  test("throws that error also where the scope cannot be given back", async () => {
    const { cluster, store, tick } = open();
    await tick();
    cluster.set({ bad: RUNNING });
    const finishScope = async () => {
      throw new Error("no store");
    };
    await expect(tick(WATCHES, { ...broken(store), finishScope })).rejects.toThrow("too large");
  });
});

describe("what digests do not vouch for is compared again", () => {
  test("a change whose write came too late, and nothing but its bucket", async () => {
    const { cluster, store, tick, events } = open();
    cluster.set({ mnist: RUNNING, other: RUNNING });
    await tick([WATCH]);
    cluster.set({ mnist: SUCCEEDED });
    await tick([WATCH], { ...store, advance: async () => "stale" });
    expect(events).toEqual([]);
    const buckets: (readonly number[] | undefined)[] = [];
    const jobs: Store["jobs"] = (watch, some) => {
      buckets.push(some);
      return store.jobs(watch, some);
    };
    await tick([WATCH], { ...store, jobs });
    expect(events.map(wordsOf)).toEqual(["mnist Succeeded@9"]);
    expect(buckets).toEqual([[expect.any(Number)]]);
  });

  test("everything, after a tick that was interrupted, and once more after the next: who was interrupted may write late", async () => {
    const { cluster, store, clock, tick, calls } = open();
    cluster.set({ mnist: RUNNING });
    await tick([WATCH]);
    await store.claimScope(SCOPE, { until: clock.now + 1 }, clock.now);
    for (const round of [1, 2]) {
      await tick([WATCH]);
      expect([round, ...calls]).toEqual([round, "claimScope", "jobs", "finishScope"]);
    }
    await tick([WATCH]);
    expect(calls).toEqual(["claimScope", "finishScope"]);
  });

  test("everything, where the digests are of another version", async () => {
    const { cluster, store, tick, calls } = open();
    cluster.set({ mnist: RUNNING });
    await tick([WATCH]);
    const { claim, states } = await claimedScope(store, SCOPE);
    const cursor = { resourceVersion: "1", tickedAt: NOW, digests: "a,b" };
    await store.finishScope(claim, new Map([...states, [kindKey(WATCH), { cursor, failures: 0 }]]));
    await tick([WATCH]);
    expect(calls).toContain("jobs");
  });

  test("an object without a name may be any job: as long as it is there, everything", async () => {
    const { cluster, tick, calls, events } = open();
    cluster.set({ mnist: RUNNING, gone: RUNNING });
    await tick([WATCH]);
    const { list } = cluster;
    cluster.list = async (query, read, signal) => {
      const { resourceVersion, items } = await list(query, read, signal);
      return { resourceVersion, items: [...items, read({ status: {} })].filter((item) => item !== undefined) };
    };
    cluster.remove("gone");
    for (let round = 0; round < 2; round += 1) {
      expect(await tick([WATCH])).toMatchObject([{ unreadable: ["an object: it has no name"] }]);
      expect(calls).toContain("jobs");
    }
    expect(events).toEqual([]);
    cluster.list = list;
    await tick([WATCH]);
    expect(events.map(wordsOf)).toEqual(["gone Vanished"]);
  });
});

test("what is wrong with an object is said on idle ticks too, and no row is read for it", async () => {
  const { cluster, tick, calls } = open();
  cluster.set({ mnist: RUNNING });
  const { list } = cluster;
  cluster.list = async (query, read, signal) => {
    const { resourceVersion, items } = await list(query, read, signal);
    const broken = { metadata: { namespace: "ml", name: "broken" }, status: { conditions: "none" } };
    return { resourceVersion, items: [...items, read(broken)].filter((item) => item !== undefined) };
  };
  await tick([WATCH]);
  for (let round = 0; round < 2; round += 1) {
    expect(await tick([WATCH])).toMatchObject([{ objects: 2, unreadable: [expect.stringMatching(/^ml\/broken: /)] }]);
    expect(calls).toEqual(["claimScope", "finishScope"]);
  }
});

test("a list that is suddenly empty is read twice also where no row was read before, and an empty one that stays so once", async () => {
  const { cluster, tick, pauses, events } = open();
  cluster.set({ mnist: RUNNING });
  await tick([WATCH]);
  cluster.remove("mnist");
  await tick([WATCH]);
  expect(pauses).toEqual([1000]);
  expect(events.map(wordsOf)).toEqual(["mnist Vanished"]);
  await tick([WATCH]);
  expect(pauses).toEqual([1000]);
});

test("a list that takes longer than a lease keeps its scope from others", async () => {
  const { cluster, store, clock, tick } = open();
  await tick([WATCH]);
  cluster.set({ a: RUNNING, b: RUNNING, c: RUNNING });
  const answers: unknown[] = [];
  const { list } = cluster;
  cluster.list = async (query, read, signal) => {
    const { resourceVersion, items } = await list(query, (object) => object, signal);
    const seen: ReturnType<typeof read>[] = [];
    for (const object of items) {
      clock.now += 40_000;
      seen.push(read(object));
      await new Promise((resolve) => setImmediate(resolve));
      answers.push(await store.claimScope(SCOPE, { until: clock.now + 60_000 }, clock.now));
    }
    return { resourceVersion, items: seen.filter((item) => item !== undefined) };
  };
  expect(await tick([WATCH])).toMatchObject([{ state: "read", events: 6 }]);
  expect(answers).toEqual(["busy", "busy", "busy"]);
});

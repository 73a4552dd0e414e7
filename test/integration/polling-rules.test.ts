import { describe, expect, onTestFinished, test } from "vitest";
import { type Cluster, ClusterError } from "#cluster/cluster";
import type { JobEvent } from "#jobs/event";
import { batchJob } from "#jobs/kinds/batch-job";
import { type Watch, watchId } from "#polling/watch";
import type { Rule } from "#rules/rule";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";
import { drain, rowOf } from "../support/store-steps.ts";
import { through } from "../support/store-through.ts";
import { T0, time } from "../unit/jobs/objects.ts";
import { type ListedCluster, openListedCluster } from "../unit/polling/listed-cluster.ts";
import { pollOne, WATCH, wordsOf } from "../unit/polling/scene.ts";

const CREATED = "Created=True@1";
const RUNNING = "Created=True@1 Running=True@3";
const SUSPENDED = "Created=True@1 Suspended=True@2";
const SUCCEEDED = "Created=True@1 Running=False@3 Succeeded=True@5000";
const FAILED = "Created=True@1 Running=False@3 Failed=True@5000";

const PENDING: Rule = { type: "pendingFor", seconds: 900 };
const ALL: readonly Rule[] = [
  PENDING,
  { type: "runningFor", seconds: 7200 },
  { type: "suspendedFor", seconds: 3600 },
  { type: "restarts", moreThan: 2, withinSeconds: 1800 },
];
const FOLLOW = { follow: { resyncMs: 36_000_000 } };
/** Of each job in its order; jobs come side by side. */
function sorted(events: readonly JobEvent[]): readonly string[] {
  return events.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name))).map(wordsOf);
}

const MODES: readonly (readonly [mode: string, watch: Partial<Watch>])[] = [
  ["lists", {}],
  ["follows changes", FOLLOW],
];

/** A cluster in memory, a store, and ticks at seconds of the tables. */
async function openRules(watch: Partial<Watch> = {}, cluster: ListedCluster = openListedCluster()) {
  const store = sqliteStore(":memory:");
  onTestFinished(() => store.close());
  const events: JobEvent[] = [];
  const asked: string[] = [];
  const counted = through(store, (name, call) => async (...parts) => {
    asked.push(name);
    return call(...parts);
  });

  async function tick(second: number, changes: Partial<Watch> = {}, from: Cluster = cluster, through: Store = counted) {
    asked.length = 0;
    const now = () => (T0 + second) * 1000;
    const services = {
      store: through,
      now,
      pause: async () => {},
      onEvent: (event: JobEvent) => void events.push(event),
    };
    return pollOne(services, from, { ...WATCH, rules: ALL, ...watch, ...changes });
  }

  /** What a tick that reads said: `mnist Stalled@901`. */
  async function said(second: number, changes: Partial<Watch> = {}): Promise<readonly string[]> {
    const { length } = events;
    const result = await tick(second, changes);
    const news = events.slice(length);
    expect(result).toMatchObject({ state: "read", events: news.length });
    return sorted(news);
  }

  const row = (name: string) => rowOf(store, watchId({ ...WATCH, ...watch }), `ml/${name}`);
  const cursor = async () => (await store.watches())[0]?.cursor;
  return { cluster, store, counted, events, asked, tick, said, row, cursor };
}

describe.each(MODES)("a tick that %s", (_, mode) => {
  test("raises what has lasted too long, once, and says when it is over", async () => {
    const { cluster, said, store } = await openRules(mode);
    expect(await said(0)).toEqual([]);
    cluster.set({ mnist: CREATED, bert: CREATED });
    expect(await said(60)).toEqual(["bert Created@1", "mnist Created@1"]);
    expect(await said(900)).toEqual([]);
    expect(await said(901)).toEqual(["bert Stalled@901", "mnist Stalled@901"]);
    expect(await said(960)).toEqual([]);
    cluster.set({ mnist: "Created=True@1 Running=True@970" });
    expect(await said(1020)).toEqual(["mnist Running@970", "mnist Recovered@970"]);
    expect(await said(9000)).toEqual(["mnist Overdue@8170"]);
    const delivered = await drain(store, (T0 + 10_000) * 1000);
    expect(delivered.filter(({ event }) => event.name === "mnist").map(({ event }) => wordsOf(event))).toEqual([
      ...["mnist Created@1", "mnist Stalled@901", "mnist Running@970", "mnist Recovered@970", "mnist Overdue@8170"],
    ]);
  });

  test("asks the store for nothing, and writes nothing, until something is due", async () => {
    const { cluster, tick, said, asked, row } = await openRules(mode);
    await said(0);
    cluster.set({ mnist: CREATED });
    await said(60);
    const { version } = (await row("mnist")) ?? {};
    for (const second of [120, 180, 300, 600, 900]) {
      await tick(second);
      expect(asked).toEqual(["claimScope", "finishScope"]);
    }
    expect((await row("mnist"))?.version).toBe(version);
    await tick(901);
    expect(asked).toEqual(["claimScope", "jobsDue", "advance", "finishScope"]);
    await tick(910);
    expect(asked).toEqual(["claimScope", "finishScope"]);
  });

  test("says in the event which rule found it, since when, and what was before", async () => {
    const { cluster, said, events } = await openRules(mode);
    await said(0);
    cluster.set({ mnist: CREATED });
    await said(60);
    await said(1000);
    cluster.set({ mnist: "Created=True@1 Running=True@1100" });
    await said(1200);
    const [, stalled, , recovered] = events;
    expect(stalled).toMatchObject({
      event: "Stalled",
      at: time(901),
      previous: { event: "Created", at: time(1) },
      sincePreviousSeconds: 900,
      rule: { type: "pendingFor", since: time(1), seconds: 900 },
    });
    expect(recovered).toMatchObject({
      event: "Recovered",
      at: time(1100),
      previous: { event: "Running", at: time(1100) },
      rule: { type: "pendingFor", since: time(901), seconds: 900 },
    });
    expect(new Set(events.map(({ id }) => id)).size).toBe(4);
  });

  test("leaves nothing behind when a job ends, fails or goes", async () => {
    const { cluster, said, store, cursor } = await openRules(mode);
    await said(0);
    cluster.set({ a: CREATED, b: CREATED, c: CREATED, d: RUNNING });
    await said(10);
    expect(await said(1000)).toEqual(["a Stalled@901", "b Stalled@901", "c Stalled@901"]);
    cluster.set({ a: SUCCEEDED, b: FAILED, d: SUCCEEDED });
    cluster.remove("c");
    expect((await said(5100)).toSorted()).toEqual([
      ...["a Recovered@901", "a Running@3", "a Succeeded@5000", "b Failed@5000", "b Running@3", "c Vanished"],
      "d Succeeded@5000",
    ]);
    for (const { memory, dueAt } of (await store.jobs(watchId(WATCH))).values()) {
      expect([memory.rules, dueAt]).toEqual([undefined, undefined]);
    }
    await said(9000);
    expect(await cursor()).not.toHaveProperty("dueAt");
  });

  test("hears of restarts, and of their end", async () => {
    const { cluster, said } = await openRules(mode);
    await said(0);
    for (const second of [100, 200, 300]) {
      cluster.set({ mnist: `Created=True@1 Restarting=True@${second}` });
      await said(second + 10);
    }
    expect(await said(400)).toEqual([]);
    cluster.set({ mnist: "Created=True@1 Running=True@500" });
    expect(await said(600)).toEqual(["mnist Running@500"]);
    expect(await said(1899)).toEqual([]);
    expect(await said(1900)).toEqual(["mnist Recovered@1900"]);
  });

  test("raises nothing of a job that was resumed, restarted or ran before anybody looked", async () => {
    const { cluster, said } = await openRules(mode);
    await said(0);
    cluster.set({ waits: CREATED, sleeps: SUSPENDED, runs: RUNNING });
    await said(60);
    cluster.set({
      waits: "Created=True@1 Running=True@4000",
      sleeps: "Created=True@1 Suspended=False@4000",
      runs: SUCCEEDED,
    });
    expect((await said(9000, { rules: ALL })).filter((word) => /Stalled|Overdue|Recovered/.test(word))).toEqual([
      "sleeps Stalled@4900",
    ]);
  });

  test("judges a job by its labels as they are now", async () => {
    const rules: readonly Rule[] = [{ ...PENDING, match: { labels: { tier: ["prod"] } } }];
    const { cluster, said, row } = await openRules({ ...mode, rules });
    await said(0);
    cluster.set({ mnist: CREATED, bert: CREATED }, { labels: { tier: "prod" } });
    cluster.set({ gpt: CREATED }, { labels: { tier: "test" } });
    await said(60);
    cluster.set({ bert: CREATED }, { labels: { tier: "test" } });
    cluster.set({ gpt: CREATED }, { labels: { tier: "prod" } });
    expect(await said(120)).toEqual([]);
    expect((await row("bert"))?.dueAt).toBeUndefined();
    expect((await said(1000)).toSorted()).toEqual(["gpt Stalled@901", "mnist Stalled@901"]);
    cluster.set({ gpt: CREATED }, { labels: { tier: "test" } });
    cluster.set({ mnist: RUNNING });
    expect(await said(1100)).toEqual(["mnist Running@3", "mnist Recovered@901"]);
    expect((await row("gpt"))?.memory.rules).toBeUndefined();
  });

  test("raises nothing while the API server cannot be read: a job may have gone on", async () => {
    const { cluster, said, tick, events } = await openRules(mode);
    await said(0);
    cluster.set({ mnist: CREATED, bert: CREATED });
    await said(60);
    cluster.set({ mnist: RUNNING });
    const failing = () => {
      throw new ClusterError("unreachable", "prod", "cluster prod: unreachable");
    };
    const broken: Cluster = { ...cluster, list: failing, watch: failing };
    expect(await tick(1000, {}, broken)).toMatchObject({ state: "failed" });
    expect(events.map(wordsOf)).not.toContain("bert Stalled@901");
    expect(await said(1060)).toEqual(["bert Stalled@901", "mnist Running@3"]);
  });
});

describe("the first look at a watch", () => {
  test.each(MODES)("is silent of what had crossed a limit before: a tick that %s", async (_, mode) => {
    const { cluster, said } = await openRules(mode);
    cluster.set({ old: CREATED, young: "Created=True@1900", gone: CREATED });
    expect(await said(2000)).toEqual([]);
    expect(await said(2100)).toEqual([]);
    cluster.set({ old: "Created=True@1 Running=True@2150" });
    expect(await said(2200)).toEqual(["old Running@2150"]);
    expect(await said(2900)).toEqual(["young Stalled@2800"]);
    expect(await said(9400)).toEqual(["old Overdue@9350"]);
  });

  test.each(MODES)("says it where it is to announce: a tick that %s", async (_, mode) => {
    const { cluster, said } = await openRules({ ...mode, firstTick: "announce" });
    cluster.set({ old: CREATED, young: "Created=True@1900" });
    expect(await said(2000)).toEqual(["old Created@1", "old Stalled@901", "young Created@1900"]);
    expect(await said(2900)).toEqual(["young Stalled@2800"]);
  });

  test("that died is finished by the next one, which asks what is due", async () => {
    const { cluster, counted, said, tick, events } = await openRules();
    cluster.set({ mnist: CREATED });
    const finishScope = async () => {
      throw new Error("died");
    };
    await expect(tick(100, {}, cluster, { ...counted, finishScope })).rejects.toThrow("died");
    expect(await said(200)).toEqual([]);
    expect(await said(901)).toEqual(["mnist Stalled@901"]);
    expect(events).toHaveLength(1);
  });
});

describe("a rule", () => {
  test.each(MODES)("that is new judges every job once: a tick that %s", async (_, mode) => {
    const { cluster, said, asked } = await openRules(mode);
    cluster.set({ waits: CREATED, young: "Created=True@1900", runs: RUNNING, done: SUCCEEDED });
    const none: Partial<Watch> = { rules: [] };
    await said(1000, none);
    await said(1100, none);
    const before = cluster.calls.lists;
    expect(await said(2000)).toEqual(["waits Stalled@901"]);
    expect(cluster.calls.lists).toBe(before + 1);
    // Those that wait or run: of what has ended nothing is written.
    expect(asked.filter((name) => name === "advance")).toHaveLength(3);
    expect(await said(2100)).toEqual([]);
    expect(asked).toEqual(["claimScope", "finishScope"]);
    expect(await said(2800)).toEqual(["young Stalled@2800"]);
    expect(await said(7300)).toEqual(["runs Overdue@7203"]);
  });

  test("that is changed raises what has crossed it, and what was raised is not raised again", async () => {
    const { cluster, said } = await openRules({ ...FOLLOW, rules: [PENDING] });
    await said(0);
    cluster.set({ old: CREATED, young: "Created=True@600" });
    await said(700);
    expect(await said(901)).toEqual(["old Stalled@901"]);
    const shorter: Partial<Watch> = { rules: [{ ...PENDING, seconds: 300 }] };
    expect(await said(1000, shorter)).toEqual(["young Stalled@900"]);
    expect(await said(1060, shorter)).toEqual([]);
  });

  test("that is taken away leaves nothing in the rows, nor a word", async () => {
    const { cluster, said, row, asked, cursor } = await openRules(FOLLOW);
    await said(0);
    cluster.set({ mnist: CREATED, young: "Created=True@600" });
    expect(await said(1000)).toContain("mnist Stalled@901");
    const none: Partial<Watch> = { rules: [] };
    expect(await said(1100, none)).toEqual([]);
    for (const name of ["mnist", "young"]) {
      expect(await row(name)).not.toHaveProperty("dueAt");
      expect((await row(name))?.memory).not.toHaveProperty("rules");
    }
    expect(await cursor()).toEqual({
      ...(await cursor()),
      rules: undefined,
      dueAt: undefined,
      dueLately: undefined,
    });
    await said(1200, none);
    expect(asked).toEqual(["claimScope", "finishScope"]);
    cluster.set({ mnist: RUNNING });
    expect(await said(2000, none)).toEqual(["mnist Running@3"]);
  });

  test("that asks for annotations judges the jobs that were there by theirs", async () => {
    const rules: readonly Rule[] = [{ ...PENDING, match: { annotations: { "example.com/tier": ["prod"] } } }];
    const { cluster, said } = await openRules(FOLLOW);
    cluster.set({ mnist: CREATED });
    await said(100, { rules: [] });
    const annotated: Cluster = {
      ...cluster,
      list: (query, read, signal) => cluster.list(query, (object) => read(withAnnotation(object)), signal),
    };
    const { tick, events } = await openRules({ ...FOLLOW, rules, annotations: ["example.com/tier"] }, cluster);
    expect(await tick(200, {}, annotated)).toMatchObject({ first: true });
    expect(await tick(1000, {}, annotated)).toMatchObject({ events: 1 });
    expect(events.map(({ annotations }) => annotations)).toEqual([{ "example.com/tier": "prod" }]);
  });

  test("is judged once more where a row was written by somebody else meanwhile", async () => {
    const { cluster, counted, said, tick, asked } = await openRules(FOLLOW);
    cluster.set({ mnist: CREATED });
    await said(0, { rules: [] });
    const stale = { ...counted, advance: async () => "stale" as const };
    expect(await tick(1000, {}, cluster, stale)).toMatchObject({ events: 0 });
    expect(await said(1060)).toEqual(["mnist Stalled@901"]);
    await tick(1120);
    expect(asked).toEqual(["claimScope", "finishScope"]);
  });

  test("judges a job that cannot be read any more by what is remembered of it", async () => {
    const { cluster, said, tick, events } = await openRules(FOLLOW);
    cluster.set({ mnist: CREATED });
    await said(0, { rules: [] });
    const spoilt: Cluster = {
      ...cluster,
      list: (query, read, signal) =>
        cluster.list(query, (object) => read({ ...(object as object), status: 7 }), signal),
    };
    expect(await tick(1000, {}, spoilt)).toMatchObject({ events: 1, unreadable: [expect.any(String)] });
    expect(events.map(wordsOf)).toEqual(["mnist Stalled@901"]);
  });
});

function withAnnotation(object: unknown): unknown {
  const { metadata, ...rest } = object as { metadata: object };
  return { ...rest, metadata: { ...metadata, annotations: { "example.com/tier": "prod", "example.com/other": "x" } } };
}

describe("a watch with a selector", () => {
  const SELECTED: Partial<Watch> = { labelSelector: "team=vision" };

  test.each(MODES)("raises nothing of a job that has left it, until it is back: a tick that %s", async (_, mode) => {
    const { cluster, said, store } = await openRules({ ...SELECTED, ...mode });
    const { tick, events } = { tick: said, events: [] as string[] };
    await said(0);
    cluster.set({ a: CREATED, b: CREATED }, { labels: { team: "vision" } });
    await said(60);
    expect(await said(901)).toEqual(["a Stalled@901", "b Stalled@901"]);
    cluster.set({ c: CREATED }, { labels: { team: "vision" } });
    cluster.set({ a: CREATED }, { labels: { team: "speech" } });
    expect(await tick(1000)).toEqual(["c Created@1", "c Stalled@901"]);
    const row = await rowOf(store, watchId({ ...WATCH, ...SELECTED }), "ml/a");
    expect(row).toMatchObject({ left: true, memory: { rules: { raised: { pendingFor: { at: T0 + 901 } } } } });
    expect(events).toEqual([]);
    expect(await said(2000)).toEqual([]);
    cluster.set({ a: "Created=True@1 Running=True@2100" }, { labels: { team: "vision" } });
    expect(await said(2200)).toEqual(["a Running@2100", "a Recovered@2100"]);
  });
});

describe("a job that has left a selector", () => {
  test("is not taken for one that is back where it cannot be read, and rules are new", async () => {
    const { cluster, said, tick, store } = await openRules({ ...FOLLOW, labelSelector: "team=vision" });
    await said(0, { rules: [] });
    cluster.set({ mnist: CREATED, bert: CREATED }, { labels: { team: "vision" } });
    await said(60, { rules: [] });
    cluster.set({ mnist: CREATED }, { labels: { team: "speech" } });
    await said(120, { rules: [] });
    cluster.set({ mnist: CREATED }, { labels: { team: "vision" } });
    const spoilt: Cluster = {
      ...cluster,
      watch: async () => ({ next: async () => ({ events: [], state: "gone" }), close: () => {} }),
      list: (query, read, signal) =>
        cluster.list(query, (object) => read({ ...(object as object), status: 7 }), signal),
    };
    expect(await tick(1000, {}, spoilt)).toMatchObject({ state: "read", events: 1 });
    const row = await rowOf(store, watchId({ ...WATCH, labelSelector: "team=vision" }), "ml/mnist");
    expect(row).toMatchObject({ left: true });
  });
});

describe("a pattern of namespaces", () => {
  test.each(MODES)("raises what is inside of it: a tick that %s", async (_, mode) => {
    const rules: readonly Rule[] = [{ ...PENDING, match: { namespaces: ["ml-a"] } }];
    const { cluster, said } = await openRules({ namespace: "ml-*", rules, ...mode });
    await said(0);
    cluster.set({ "ml-a/mnist": CREATED, "ml-b/bert": CREATED, "research/gpt": CREATED });
    await said(60);
    expect(await said(1000)).toEqual(["mnist Stalled@901"]);
  });
});

describe("a job that nothing has touched since it was created", () => {
  test.each(MODES)("is stalled, too: a tick that %s", async (_, mode) => {
    const { cluster, said } = await openRules(mode);
    await said(0);
    cluster.set({ mnist: "" });
    expect(await said(60)).toEqual([]);
    expect(await said(900)).toEqual(["mnist Stalled@900"]);
    cluster.set({ mnist: "Created=True@1000" });
    expect(await said(1010)).toEqual(["mnist Created@1000"]);
    cluster.set({ mnist: "Created=True@1000 Running=True@1100" });
    expect(await said(1200)).toEqual(["mnist Running@1100", "mnist Recovered@1100"]);
  });
});

describe("a batch Job", () => {
  /** A cluster that has one batch Job, of which pods fail. */
  function openBatch() {
    const state = { failed: 0, version: 1, told: 1 };
    const job = () => ({
      metadata: {
        namespace: "ml",
        name: "train",
        uid: "uid-1",
        resourceVersion: String(state.version),
        creationTimestamp: time(0),
      },
      spec: { parallelism: 1 },
      status: { startTime: time(1), active: 1, ready: 1, failed: state.failed },
    });
    const cluster: Cluster = {
      ...openListedCluster(),
      async list(_query, read) {
        return { resourceVersion: String(state.version), items: [read(job())].flatMap((item) => item ?? []) };
      },
      async watch(_query, read) {
        const isNew = state.told !== state.version;
        state.told = state.version;
        const events = isNew
          ? [{ type: "modified" as const, resourceVersion: String(state.version), object: read(job()) }]
          : [];
        let left = events;
        const take = () => {
          const taken = left;
          left = [];
          return taken;
        };
        return { next: async () => ({ events: take(), state: "quiet" as const }), close: () => {} };
      },
    };
    const fail = (failed: number) => Object.assign(state, { failed, version: state.version + 1 });
    return { cluster: cluster as ListedCluster, fail };
  }

  test.each(MODES)("flaps where its pods are replaced too often: a tick that %s", async (_, mode) => {
    const { cluster, fail } = openBatch();
    const { said, asked, events } = await openRules({ ...mode, kind: batchJob }, cluster);
    fail(7);
    expect(await said(10)).toEqual([]);
    fail(8);
    expect(await said(100)).toEqual([]);
    expect(asked).toContain("advance");
    fail(9);
    expect(await said(200)).toEqual([]);
    expect(await said(250)).toEqual([]);
    expect(asked).not.toContain("advance");
    fail(11);
    expect(await said(300)).toEqual(["train Flapping@300"]);
    expect(events.at(-1)).toMatchObject({
      rule: { type: "restarts", since: time(100), seconds: 1800, restarts: 4, moreThan: 2 },
    });
    expect(await said(1999)).toEqual([]);
    expect(await said(2000)).toEqual(["train Recovered@2000"]);
  });

  test.each(MODES)(
    "without such a rule is not written for a pod that was replaced: a tick that %s",
    async (_, mode) => {
      const { cluster, fail } = openBatch();
      const { said, asked } = await openRules({ ...mode, kind: batchJob, rules: [PENDING] }, cluster);
      await said(10);
      fail(7);
      expect(await said(100)).toEqual([]);
      expect(asked.filter((name) => name === "advance")).toEqual([]);
    },
  );
});

describe("many jobs that come due at once", () => {
  test("are raised by several ticks, each of which does no more than a part, and none twice", async () => {
    const { cluster, said, asked, cursor, events } = await openRules({ ...FOLLOW, rules: [PENDING] });
    await said(0);
    cluster.set(Object.fromEntries(Array.from({ length: 4500 }, (_, index) => [`job-${index}`, CREATED])));
    await said(60);
    events.length = 0;
    const counts: number[] = [];
    for (const second of [960, 1020, 1080]) {
      counts.push((await said(second)).length);
      expect(asked.filter((name) => name === "jobsDue").length).toBeLessThanOrEqual(4);
    }
    expect(counts).toEqual([2000, 2000, 500]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(4500);
    await said(1140);
    expect(await cursor()).not.toHaveProperty("dueAt");
  });
});

describe("a tick that is held", () => {
  const HELD: Partial<Watch> = { follow: { resyncMs: 36_000_000, holdMs: 50_000 } };

  /** One that begins at that second, and in which time passes while it waits: what was said, and how many seconds after T0. */
  async function hold(
    from: number,
    jobs: Record<string, string>,
    moves: Readonly<Record<number, Record<string, string>>> = {},
  ) {
    const { cluster, counted, tick } = await openRules(HELD);
    const clock = { ms: (T0 + from) * 1000 };
    const left = new Map(Object.entries(moves).map(([second, move]) => [Number(second), move]));
    const waiting: Cluster = {
      ...cluster,
      watch: async (query, read, signal) => {
        let { resourceVersion } = query;
        const next = async (waitMs = 0) => {
          clock.ms += Math.max(waitMs, 50);
          for (const [second, move] of left) {
            if ((T0 + second) * 1000 > clock.ms) continue;
            cluster.set(move);
            left.delete(second);
          }
          const { events } = await (await cluster.watch({ ...query, resourceVersion }, read, signal)).next();
          resourceVersion = events.at(-1)?.resourceVersion ?? resourceVersion;
          return { events, state: "quiet" as const };
        };
        return { next, close: () => {} };
      },
    };
    await tick(from - 100, FOLLOW);
    cluster.set(jobs);
    const said: [word: string, second: number][] = [];
    const onEvent = (event: JobEvent) => void said.push([wordsOf(event), clock.ms / 1000 - T0]);
    const services = { store: counted, now: () => clock.ms, pause: async () => {}, onEvent };
    const result = await pollOne(services, waiting, { ...WATCH, rules: ALL, ...HELD });
    expect(result).toMatchObject({ state: "read", events: said.length });
    return said;
  }

  test("raises what comes due meanwhile, within two seconds", async () => {
    const said = await hold(890, { mnist: CREATED, bert: "Created=True@20" });
    expect(said.map(([word]) => word)).toEqual([
      "mnist Created@1",
      "bert Created@20",
      "mnist Stalled@901",
      "bert Stalled@920",
    ]);
    const [, , [, first] = ["", 0], [, second] = ["", 0]] = said;
    expect(first - 901).toBeLessThan(2);
    expect(second - 920).toBeLessThan(2);
    expect(Math.min(first - 901, second - 920)).toBeGreaterThanOrEqual(0);
  });

  test("raises nothing of a job that has gone on meanwhile", async () => {
    const said = await hold(890, { mnist: CREATED }, { 895: { mnist: "Created=True@1 Running=True@894" } });
    expect(said.map(([word]) => word)).toEqual(["mnist Created@1", "mnist Running@894"]);
  });
});

describe("a row that somebody else has written", () => {
  test.each(MODES)("is looked at again: a tick that %s", async (_, mode) => {
    const { cluster, counted, said, tick, cursor } = await openRules(mode);
    await said(0);
    cluster.set({ mnist: CREATED });
    await said(60);
    const stale = { ...counted, advance: async () => "stale" as const };
    expect(await tick(1000, {}, cluster, stale)).toMatchObject({ state: "read", events: 0 });
    expect((await cursor())?.digests).toContain("?");
    expect(await said(1060)).toEqual(["mnist Stalled@901"]);
  });

  test("is left to who has the scope by now", async () => {
    const { cluster, counted, said, tick, events } = await openRules(FOLLOW);
    await said(0);
    cluster.set({ mnist: CREATED });
    await said(60);
    const lost: Store = {
      ...counted,
      // The clock of whoever took over is ahead.
      async jobsDue(...parts) {
        const due = await counted.jobsDue(...parts);
        await tick(1100);
        return due;
      },
    };
    const { length } = events;
    expect(await tick(1000, {}, cluster, lost)).toEqual({ state: "busy" });
    expect(events.slice(length).map(wordsOf)).toEqual(["mnist Stalled@901"]);
  });
});

describe("a tick that breaks off after it has written", () => {
  test("remembers when that is due", async () => {
    const { cluster, said, tick, events } = await openRules(FOLLOW);
    await said(0);
    cluster.set({ mnist: CREATED });
    let watches = 0;
    const breaking: Cluster = {
      ...cluster,
      async watch(query, read, signal) {
        watches += 1;
        if (watches > 1) throw new ClusterError("unreachable", "prod", "cluster prod: unreachable");
        const { events: all } = await (await cluster.watch(query, read, signal)).next();
        return { next: async () => ({ events: all, state: "broken" }), close: () => {} };
      },
    };
    expect(await tick(60, {}, breaking)).toMatchObject({ state: "failed" });
    expect(events.map(wordsOf)).toEqual(["mnist Created@1"]);
    expect(await said(1000)).toEqual(["mnist Stalled@901"]);
  });

  test("raises nothing as long as more is to be read", async () => {
    const { cluster, said, tick, events } = await openRules(FOLLOW);
    await said(0);
    cluster.set({ mnist: CREATED, bert: CREATED });
    cluster.set({ mnist: RUNNING });
    const dripping: Cluster = {
      ...cluster,
      async watch(query, read, signal) {
        const { events: all } = await (await cluster.watch(query, read, signal)).next();
        const left = [...all];
        const next = async () => {
          const event = left.shift();
          return {
            events: event === undefined ? [] : [event],
            state: left.length > 0 ? ("more" as const) : ("quiet" as const),
          };
        };
        return { next, close: () => {} };
      },
    };
    await tick(5000, {}, dripping);
    expect(sorted(events)).toEqual(["bert Created@1", "bert Stalled@901", "mnist Created@1", "mnist Running@3"]);
  });
});

describe("a job with more changes than one write holds", () => {
  test("is judged by the last of them", async () => {
    const { cluster, said } = await openRules({ ...FOLLOW, rules: [PENDING] });
    await said(0);
    cluster.set({ mnist: CREATED });
    // So that the last change that fits into the first write is a restart.
    cluster.set({ mnist: "Created=True@1 Running=True@5" });
    for (let second = 10; second < 70; second += 10) {
      cluster.set({ mnist: `Created=True@1 Running=True@${second}` });
      cluster.set({ mnist: `Created=True@1 Restarting=True@${second + 5}` });
    }
    cluster.set({ mnist: "Created=True@1 Running=True@80" });
    const words = await said(5000);
    expect(words).toHaveLength(15);
    expect(words.filter((word) => /Stalled|Recovered/.test(word))).toEqual([]);
  });
});

describe("two kinds of one namespace", () => {
  test("have rules, and times, of their own", async () => {
    const { said, store, cluster } = await openRules(FOLLOW);
    await said(0);
    cluster.set({ mnist: CREATED });
    await said(60);
    await pollOne({ store, now: () => (T0 + 120) * 1000, pause: async () => {}, onEvent: () => {} }, cluster, {
      ...WATCH,
      kind: batchJob,
    });
    const cursors = (await store.watches()).map(({ cursor }) => cursor);
    expect(cursors.map((each) => each?.dueAt)).toEqual([undefined, (T0 + 901) * 1000]);
    expect(cursors.map((each) => typeof each?.rules)).toEqual(["undefined", "string"]);
    expect(await said(1000)).toEqual(["mnist Stalled@901"]);
  });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { type Burst, ClusterError, type WatchEvent } from "#cluster/cluster";
import type { JobEvent } from "#jobs/event";
import { isPattern } from "#jobs/namespaces";
import { type Watch, watchId } from "#polling/watch";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";
import { drain, NOW } from "../support/store-steps.ts";
import { through } from "../support/store-through.ts";
import { openListedCluster } from "../unit/polling/listed-cluster.ts";
import { pollOne, WATCH } from "../unit/polling/scene.ts";

class Crash extends Error {}

const MINUTE = 61_000;
// Most looks read changes only, and each history has lists among them.
const FOLLOW = { resyncMs: 25 * MINUTE };
const NAMES = ["a", "b", "c", "d", "e", "f"] as const;
/** Most steps of it are seen only by who sees the version that shows them. */
const LIFE = [
  "",
  "Created=True@1",
  "Created=True@1 Running=True@3",
  "Created=True@1 Restarting=True@5",
  "Created=True@1 Running=True@7",
  "Created=True@1 Running=False@7!JobSuspended Suspended=True@8",
  "Created=True@1 Suspended=False@9 Running=True@9",
  "Created=True@1 Restarting=True@10",
  "Created=True@1 Running=True@11",
  "Created=True@1 Running=False@11 Succeeded=True@12",
];
/** What it shows, it shows to its end. */
const PLAIN_LIFE = [
  "",
  "Created=True@1",
  "Created=True@1 Running=True@3",
  "Created=True@1 Running=False@3 Succeeded=True@9",
];

const name = fc.constantFrom(...NAMES);
const move = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("go on"), name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("touch"), name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove"), name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("label"), name }) },
);
const moves = fc.array(move, { maxLength: 8 });
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never;

const method = fc.constantFrom("claimScope", "jobs", "renewScope", "advance", "finishScope");
const nth = fc.integer({ min: 1, max: 4 });
const accident = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant("none") }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("crash"), method, nth, moment: fc.constantFrom("before", "after") }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("store fails"), method, nth }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("stale"), nth }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("paused"), method, nth, meanwhile: moves }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("no list") }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("no watch") }) },
);
const cut = fc.record({ after: fc.nat(5), state: fc.constantFrom("broken", "error") });
const round = fc.record({
  moves,
  accident,
  cuts: fc.array(cut, { maxLength: 2 }),
  burst: fc.integer({ min: 1, max: 6 }),
  delivers: fc.boolean(),
  minutes: fc.integer({ min: 1, max: 3 }),
});
type Round = typeof round extends fc.Arbitrary<infer T> ? T : never;

const loss = fc.oneof(
  { weight: 3, arbitrary: fc.constant("none" as const) },
  { weight: 1, arbitrary: fc.constant("forget" as const) },
  { weight: 1, arbitrary: fc.constant("refuse" as const) },
);

const PATTERN = { namespace: "ml-*", exclude: ["ml-old"] };
const VARIANTS: readonly (readonly [what: string, watch: Partial<Watch>, numRuns: number])[] = [
  ["all jobs", {}, 200],
  ["a selector", { labelSelector: "team=vision" }, 200],
  ["a cache that may be behind", { resourceVersion: "0" }, 200],
  ["a pattern of namespaces", PATTERN, 100],
  ["a pattern and a selector", { ...PATTERN, labelSelector: "team=vision" }, 100],
];
/** Where the jobs are, beside a pattern: two namespaces that it matches, one that is left out, and another one. */
const PLACES: Readonly<Record<string, string>> = {
  ...{ a: "ml-a/a", b: "ml-a/b", c: "ml-b/a", d: "ml-b/d", e: "ml-old/a", f: "research/a" },
};

/** Those that a pattern matches, one by one. */
function oneByOne({ exclude: _, ...watch }: Watch): readonly Watch[] {
  return isPattern(watch.namespace) ? ["ml-a", "ml-b"].map((namespace) => ({ ...watch, namespace })) : [watch];
}

/** What all histories were made of. */
const seen = { watches: 0, lists: 0, crashes: 0, gone: 0, refused: 0 };

test.each(VARIANTS)(
  "with %s: whatever happens to the poller, it says what is said by one that lists after every change",
  async (_, changes, numRuns) => {
    await fc.assert(
      fc.asyncProperty(moves, fc.array(round, { minLength: 1, maxLength: 10 }), async (first, rounds) => {
        const world = await openWorld({ ...WATCH, ...changes }, LIFE, first);
        for (const each of rounds) await world.play(each);
        await world.settle();
        expect(await world.said("follower")).toEqual(await world.said("lister"));
        expect(await world.rows("follower")).toEqual(await world.rows("lister"));
        await world.close();
      }),
      { numRuns },
    );
    expect(Math.min(seen.watches, seen.lists, seen.crashes)).toBeGreaterThan(50);
  },
);

test.each(VARIANTS)(
  "with %s: where the server forgets or refuses to tell changes, nothing is lost that a later version shows, and nothing is made up",
  async (_, changes, numRuns) => {
    await fc.assert(
      fc.asyncProperty(
        moves,
        fc.array(fc.tuple(round, loss), { minLength: 1, maxLength: 10 }),
        async (first, rounds) => {
          const world = await openWorld({ ...WATCH, ...changes }, PLAIN_LIFE, first);
          for (const [each, lost] of rounds) await world.play(each, lost);
          await world.settle();
          expect(await world.said("follower")).toEqual(await world.said("lister"));
          await world.close();
        },
      ),
      { numRuns: numRuns * 0.75 },
    );
    expect(Math.min(seen.gone, seen.refused)).toBeGreaterThan(30);
  },
);

/** A job by where it is in its life, whether it is selected, and where it was when it was last read. */
interface Life {
  readonly at: number;
  readonly in: boolean;
  readonly readAt?: number;
}

/** One cluster, and two pollers of it: one follows its changes and has accidents, one lists after every single change, namespace by namespace. */
async function openWorld(watch: Watch, life: readonly string[], first: readonly Move[]) {
  const cluster = openListedCluster();
  const lives = new Map<string, Life>();
  const isPlain = life === PLAIN_LIFE;
  const clock = { now: NOW };
  const stores = { follower: sqliteStore(":memory:"), lister: sqliteStore(":memory:") };
  const said: Record<keyof typeof stores, JobEvent[]> = { follower: [], lister: [] };
  const following = { ...watch, follow: FOLLOW };
  const listing = oneByOne(watch);
  const placeOf = (job: string) => (isPattern(watch.namespace) ? (PLACES[job] ?? job) : job);

  function poll(store: Store, watched: Watch, through = cluster) {
    return pollOne({ store, now: () => clock.now, pause: async () => {}, onEvent: () => {} }, through, watched);
  }

  async function pollLister(): Promise<void> {
    for (const each of listing) await poll(stores.lister, each);
  }

  /**
   * A job that has left the selector is not removed: whether that is news depends on when its leaving is looked into. A
   * plain life does not go before it was read as it is: nothing would show it any more, where the server has forgotten it.
   */
  function move({ do: what, name: job }: Move): void {
    const state = lives.get(job);
    if (what === "go on") goOn(job);
    else if (state === undefined) return;
    else if (what === "touch") cluster.set({ [placeOf(job)]: life[state.at] ?? "" });
    else if (isPlain && state.readAt !== state.at) return;
    else if (what === "label") relabel(job, state);
    else if (state.in) remove(job);
  }

  function remove(job: string): void {
    cluster.remove(placeOf(job));
    lives.delete(job);
  }

  function goOn(job: string): void {
    const state = lives.get(job);
    const at = Math.min((state?.at ?? -1) + 1, life.length - 1);
    cluster.set({ [placeOf(job)]: life[at] ?? "" }, state === undefined ? { labels: { team: "vision" } } : {});
    lives.set(job, { in: true, ...state, at });
  }

  function relabel(job: string, state: Life): void {
    cluster.set({ [placeOf(job)]: life[state.at] ?? "" }, { labels: { team: state.in ? "speech" : "vision" } });
    lives.set(job, { at: state.at, in: !state.in });
  }

  function markRead(): void {
    for (const [job, state] of lives) lives.set(job, { ...state, readAt: state.at });
  }

  async function moveAll(all: readonly Move[]): Promise<void> {
    for (const each of all) {
      move(each);
      clock.now += MINUTE;
      await pollLister();
    }
  }

  /** The cluster as the follower sees it in this round. */
  function disturbed({ accident: { type }, cuts, burst }: Round, lost: string): typeof cluster {
    const left = [...cuts];
    const failing = (code: "unreachable" | "forbidden") => {
      throw new ClusterError(code, "prod", `cluster prod: ${code}`);
    };
    return {
      ...cluster,
      async list(...parts) {
        if (type === "no list") failing("unreachable");
        seen.lists += 1;
        return cluster.list(...parts);
      },
      async watch(query, read, signal) {
        if (type === "no watch") failing("unreachable");
        if (lost === "refuse") {
          seen.refused += 1;
          failing("forbidden");
        }
        seen.watches += 1;
        const stream = await cluster.watch(query, read, signal);
        const { events, state } = await stream.next();
        if (state === "gone") seen.gone += 1;
        const bursts = burstsOf(events, state, burst, left.shift());
        return { next: async () => bursts.shift() ?? { events: [], state }, close: () => {} };
      },
    };
  }

  async function deliver(who: keyof typeof stores): Promise<void> {
    said[who].push(...(await drain(stores[who], clock.now)).map(({ event }) => event));
  }

  async function play(each: Round, lost = "none"): Promise<void> {
    await moveAll(each.moves);
    clock.now += each.minutes * MINUTE;
    if (lost === "forget") cluster.forget();
    const meanwhile = async () => {
      clock.now += MINUTE;
      if (each.accident.type === "paused") await moveAll(each.accident.meanwhile);
      await poll(stores.follower, following);
    };
    const store = unlucky(each.accident, stores.follower, meanwhile);
    const result = await poll(store, following, disturbed(each, lost)).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
      seen.crashes += 1;
    });
    if (result?.state === "read" && each.accident.type === "none") markRead();
    clock.now += MINUTE;
    if (each.delivers) await deliver("follower");
  }

  first.forEach(move);
  await pollLister();
  await poll(stores.follower, following);
  markRead();

  return {
    play,
    /** Two ticks without accidents, of which one lists. */
    async settle() {
      for (const minutes of [1, 26]) {
        clock.now += minutes * MINUTE;
        await poll(stores.follower, following);
        await pollLister();
      }
    },
    /** The ids of what was delivered of each job, in order. */
    async said(who: keyof typeof stores) {
      await deliver(who);
      const words = said[who].map(({ uid, event, at }) => ({
        uid,
        word: event === "Vanished" ? event : `${event} ${at}`,
      }));
      return Object.fromEntries(
        [...Map.groupBy(words, ({ uid }) => uid)]
          .map(([uid, of]) => [uid, of.map(({ word }) => word)] as const)
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      );
    },
    async rows(who: keyof typeof stores) {
      const watches = who === "lister" ? listing : [watch];
      const rows = await Promise.all(
        watches.map(async (each) => [...(await stores[who].jobs(watchId(each))).values()]),
      );
      return rows
        .flat()
        .toSorted((a, b) => (a.key < b.key ? -1 : 1))
        .filter(({ left }) => left === undefined)
        .map(({ key, memory: { uid, labels, seen: steps, last } }) => ({ key, uid, labels, steps, last }));
    },
    close: () => Promise.all([stores.follower.close(), stores.lister.close()]),
  };
}

/** The same events by bursts of that size, or the beginning of them. */
function burstsOf<T>(
  events: readonly WatchEvent<T>[],
  state: Burst<T>["state"],
  size: number,
  cutAt: Round["cuts"][number] | undefined,
): Burst<T>[] {
  const isCut = cutAt !== undefined && state === "quiet";
  const told = isCut ? events.slice(0, cutAt.after) : events;
  const bursts: Burst<T>[] = [];
  for (let from = 0; from < told.length; from += size)
    bursts.push({ events: told.slice(from, from + size), state: "more" });
  return [...bursts, { events: [], state: isCut ? (cutAt.state as "broken") : state }];
}

/** The store of a poller that dies, fails, comes too late or is paused at one of its calls. */
function unlucky(accident: Round["accident"], store: Store, meanwhile: () => Promise<void>): Store {
  if (!("nth" in accident)) return store;
  let calls = 0;
  let dead = false;
  const happen = async <T>(called: string, call: () => Promise<T>): Promise<T> => {
    if (accident.type === "stale") return "stale" as T;
    if (accident.type === "paused") await meanwhile();
    if (accident.type === "paused") return call();
    dead = accident.type === "crash";
    if (accident.type === "crash" && accident.moment === "after") await call();
    throw new Crash(called);
  };
  const guarded = <A extends unknown[], T>(called: string, call: (...parts: A) => Promise<T>) => {
    return async (...parts: A): Promise<T> => {
      if (dead) throw new Crash(called);
      if (called !== ("method" in accident ? accident.method : "advance")) return call(...parts);
      calls += 1;
      return calls === accident.nth ? happen(called, () => call(...parts)) : call(...parts);
    };
  };
  return through(store, guarded);
}

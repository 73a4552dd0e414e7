import fc from "fast-check";
import { expect, test } from "vitest";
import { ClusterError } from "#cluster/cluster";
import type { JobEvent } from "#jobs/event";
import { type Watch, watchId } from "#polling/watch";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { ScopeStates, Store, WatchState } from "#store/store";
import { NOW } from "../support/store-steps.ts";
import { type ListedCluster, openListedCluster } from "../unit/polling/listed-cluster.ts";
import { pollOne, WATCH } from "../unit/polling/scene.ts";

class Crash extends Error {}

const NAMES = ["a", "b", "c", "d", "e", "f"] as const;
const LIVES = [
  "",
  "Created=True@1",
  "Created=True@1 Running=True@3",
  "Created=True@1 Restarting=True@5",
  "Created=True@1 Running=True@7",
  "Created=True@1 Running=False@7!JobSuspended Suspended=True@8",
  "Created=True@1 Suspended=False@9 Running=True@9",
  "Created=True@1 Running=False@9 Succeeded=True@11",
  "Created=True@1 Running=False@9 Failed=True@12",
];

const name = fc.constantFrom(...NAMES);
const move = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("set"), name, life: fc.nat(LIVES.length - 1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove"), name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("label"), name, team: fc.constantFrom("vision", "speech") }) },
);
const moves = fc.array(move, { maxLength: 4 });
const moment = fc.constantFrom("before" as const, "after" as const);
const tick = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("tick") }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("crash"), nth: fc.integer({ min: 1, max: 4 }), moment }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("break"), nth: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("stale"), nth: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unreachable") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("empty") }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("paused"), nth: fc.nat(3), meanwhile: moves }) },
);
const round = fc.record({ moves, tick });
type Tick = typeof tick extends fc.Arbitrary<infer T> ? T : never;
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never;

/** How many ticks of all histories looked at no row at all, and at some buckets only. */
const seen = { idle: 0, partial: 0, whole: 0 };

test.each<[string, Partial<Watch>]>([
  ["all jobs", {}],
  ["a selector", { labelSelector: "team=vision" }],
  ["a cache that may be behind", { resourceVersion: "0" }],
  ["announced jobs", { firstTick: "announce" }],
])("with %s: whatever happens, what is skipped is what a full comparison would find unchanged", async (_, changes) => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: 12 }), async (rounds) => {
      const world = openWorld({ ...WATCH, ...changes });
      for (const each of rounds) {
        world.play(each.moves);
        await world.tick(each.tick);
        await world.compare();
      }
      await world.tick({ do: "tick" });
      await world.compare();
      await world.close();
    }),
    { numRuns: 60 },
  );
  expect(Math.min(seen.idle, seen.partial, seen.whole)).toBeGreaterThan(10);
});

/** One cluster, and two pollers of it: one with digests, one that forgets them and so compares everything. */
function openWorld(watch: Watch) {
  const jobs = openJobs();
  const { cluster } = jobs;
  const clock = { now: NOW };
  const pollers = [counting, forgetting].map((remembering) => {
    const store = sqliteStore(":memory:");
    return { store: remembering(store), events: [] as JobEvent[] };
  });

  async function tickOne({ store, events }: (typeof pollers)[number], tick: Tick): Promise<string> {
    const poll = (through: Store) => {
      const onEvent = (event: JobEvent) => void events.push(event);
      return pollOne({ store: through, now: () => clock.now, pause: async () => {}, onEvent }, cluster, watch);
    };
    const meanwhile = async () => {
      if (tick.do !== "paused") return;
      clock.now += 61_000;
      jobs.play(tick.meanwhile);
      await poll(store);
    };
    cluster.onListed = listing(tick, meanwhile);
    const result = await poll(disturbed(tick, store, meanwhile)).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
      return { state: "crashed" };
    });
    cluster.onListed = async () => {};
    return result.state;
  }

  return {
    play: jobs.play,
    async tick(tick: Tick): Promise<void> {
      const [now, restore] = [clock.now + 61_000, jobs.save()];
      const states: string[] = [];
      for (const poller of pollers) {
        clock.now = now;
        restore();
        states.push(await tickOne(poller, tick));
      }
      expect(states[0]).toBe(states[1]);
      clock.now = now + 61_000;
    },
    async compare(): Promise<void> {
      const [one, other] = pollers;
      expect(one?.events).toEqual(other?.events);
      expect(await one?.store.jobs(watchId(watch))).toEqual(await other?.store.jobs(watchId(watch)));
      const ids = one?.events.map(({ id }) => id);
      expect(ids).toHaveLength(new Set(ids).size);
    },
    close: () => Promise.all(pollers.map(({ store }) => store.close())),
  };
}

/** Jobs that come, go on, change their team, and go. */
function openJobs() {
  const cluster = openListedCluster();
  let lives = new Map<string, number>();

  function remove(name: string): void {
    cluster.remove(name);
    lives.delete(name);
  }

  /** A life goes on, never back. */
  function goOn(name: string, to: number): void {
    const life = lives.get(name);
    const next = Math.max(life ?? 0, to);
    cluster.set({ [name]: LIVES[next] ?? "" }, life === undefined ? { labels: { team: "vision" } } : {});
    lives.set(name, next);
  }

  function label(name: string, team: string): void {
    const life = lives.get(name);
    if (life !== undefined) cluster.set({ [name]: LIVES[life] ?? "" }, { labels: { team } });
  }

  function play(moves: readonly Move[]): void {
    for (const each of moves) {
      if (each.do === "remove") remove(each.name);
      else if (each.do === "set") goOn(each.name, each.life);
      else label(each.name, each.team);
    }
  }

  function save() {
    const [restore, saved] = [cluster.save(), new Map(lives)];
    return () => {
      restore();
      lives = new Map(saved);
    };
  }

  return { cluster, play, save };
}

/** What happens between a list and its reading. */
function listing(tick: Tick, meanwhile: () => Promise<void>): ListedCluster["onListed"] {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls > 1) return;
    if (tick.do === "unreachable") throw new ClusterError("unreachable", "prod", "cluster prod is not there");
    if (tick.do === "paused" && tick.nth === 0) await meanwhile();
  };
}

/** The store of a tick in which its poller dies, or is paused, or fails, or comes too late, at one of its writes. */
function disturbed(tick: Tick, store: Store, meanwhile: () => Promise<void>): Store {
  if (!("nth" in tick)) return store;
  let writes = 0;
  let dead = false;
  const alive = <A extends unknown[], T>(call: (...parts: A) => Promise<T>) => {
    return async (...parts: A): Promise<T> => {
      if (dead) throw new Crash();
      return call(...parts);
    };
  };
  const advance: Store["advance"] = async (step) => {
    writes += 1;
    if (writes !== tick.nth) return store.advance(step);
    if (tick.do === "break") throw new Crash();
    if (tick.do === "stale") return "stale";
    if (tick.do === "paused") await meanwhile();
    const answer = tick.do === "crash" && tick.moment === "before" ? "stale" : await store.advance(step);
    dead = tick.do === "crash";
    return answer;
  };
  return { ...store, advance: alive(advance), finishScope: alive(store.finishScope), jobs: alive(store.jobs) };
}

/** Counts what is looked at. */
function counting(store: Store): Store {
  let looked = false;
  return {
    ...store,
    jobs(watch, buckets) {
      looked = true;
      seen[buckets === undefined ? "whole" : "partial"] += 1;
      return store.jobs(watch, buckets);
    },
    finishScope(claim, states) {
      if (!looked) seen.idle += 1;
      looked = false;
      return store.finishScope(claim, states);
    },
  };
}

function forgetting(store: Store): Store {
  const finishScope: Store["finishScope"] = (claim, states) => store.finishScope(claim, forgetful(states));
  return { ...store, finishScope };
}

function forgetful(states: ScopeStates): ScopeStates {
  const forget = ({ cursor, ...state }: WatchState): WatchState => {
    if (cursor === undefined) return state;
    const { digests, ...rest } = cursor;
    return { ...state, cursor: rest };
  };
  return new Map([...states].map(([kind, state]) => [kind, forget(state)]));
}

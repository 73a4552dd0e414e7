import fc from "fast-check";
import { expect, test } from "vitest";
import type { Cluster } from "#cluster/cluster";
import { ClusterError } from "#cluster/cluster";
import type { JobEvent } from "#jobs/event";
import type { Watch } from "#polling/watch";
import type { Rule } from "#rules/rule";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";
import { drain } from "../support/store-steps.ts";
import { type TickCall, through } from "../support/store-through.ts";
import { T0 } from "../unit/jobs/objects.ts";
import { openListedCluster } from "../unit/polling/listed-cluster.ts";
import { pollOne, WATCH } from "../unit/polling/scene.ts";

class Crash extends Error {}

const LIMITS = { pendingFor: 120, suspendedFor: 180, runningFor: 240 } as const;
const RULES: readonly Rule[] = [
  { type: "pendingFor", seconds: LIMITS.pendingFor },
  { type: "suspendedFor", seconds: LIMITS.suspendedFor },
  { type: "runningFor", seconds: LIMITS.runningFor },
  { type: "restarts", moreThan: 1, withinSeconds: 600 },
];
const VARIANTS: readonly (readonly [what: string, watch: Partial<Watch>])[] = [
  ["lists", {}],
  ["follows changes", { follow: { resyncMs: 900_000 } }],
];

const name = fc.constantFrom("a", "b", "c");
const state = fc.constantFrom(
  "run",
  "restart",
  "restart",
  "restart",
  "restart",
  "suspend",
  "resume",
  "succeed",
  "fail",
);
const move = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: state, name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), name }) },
);
const calls: readonly TickCall[] = ["claimScope", "jobs", "jobsDue", "renewScope", "advance", "finishScope"];
const accident = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom("crash", "fails", "paused"),
      call: fc.constantFrom(...calls),
      nth: fc.integer({ min: 1, max: 3 }),
      moment: fc.constantFrom("before", "after"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("unreachable"), call: fc.constant(undefined) }) },
);
const round = fc.record({
  moves: fc.array(move, { maxLength: 3 }),
  accident,
  seconds: fc.integer({ min: 30, max: 150 }),
  /** How far an index of the store is behind its table, in seconds. */
  lag: fc.nat(49),
  delivers: fc.boolean(),
});
type Round = typeof round extends fc.Arbitrary<infer T> ? T : never;

interface Job {
  readonly is: "new" | Exclude<typeof state extends fc.Arbitrary<infer T> ? T : never, "remove">;
  readonly bornAt: number;
  readonly at: number;
  readonly ranAt: number | undefined;
}

/** The conditions of a job, as its operator writes them. */
function conditionsOf({ is, bornAt, at, ranAt }: Job): string {
  const ran = ranAt === undefined ? "" : ` Running=False@${ranAt}`;
  const parts: Readonly<Record<Job["is"], string>> = {
    new: "",
    run: `Running=True@${at}`,
    restart: `Restarting=True@${at}`,
    suspend: `Suspended=True@${at}`,
    resume: `Suspended=False@${at}`,
    succeed: `${ran} Succeeded=True@${at}`,
    fail: `${ran} Failed=True@${at}`,
  };
  return `Created=True@${bornAt} ${parts[is]}`;
}

/** What is so at the end, and was raised then: since when at the earliest. */
const LASTS = {
  ...{ new: "Stalled", restart: "Stalled", resume: "Stalled", suspend: "Stalled", run: "Overdue" },
  ...{ succeed: undefined, fail: undefined },
} as const;

function openWorld(watch: Partial<Watch>) {
  const cluster = openListedCluster();
  const store = sqliteStore(":memory:");
  const clock = { second: 0 };
  const jobs = new Map<string, Job>();
  const delivered: JobEvent[] = [];
  const index = laggingIndex(() => clock.second);
  const now = () => (T0 + clock.second) * 1000;

  async function tick(through: Store, from: Cluster = cluster): Promise<void> {
    const services = { store: through, now, pause: async () => {}, onEvent: () => {} };
    await pollOne(services, from, { ...WATCH, ...watch, rules: RULES }).catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
  }

  function play({ do: what, name: job }: Round["moves"][number]): void {
    clock.second += 1;
    const before = jobs.get(job);
    if (before !== undefined && what === "remove") {
      cluster.remove(job);
      jobs.delete(job);
    } else if (before === undefined || LASTS[before.is] !== undefined) {
      const next = nextOf(before, what === "remove" ? "run" : what, clock.second);
      jobs.set(job, next);
      cluster.set({ [job]: conditionsOf(next) });
    }
  }

  async function deliver(): Promise<void> {
    delivered.push(...(await drain(store, now())).map(({ event }) => event));
  }

  return {
    jobs,
    delivered,
    clock,
    async play({ moves, accident: bad, seconds, lag, delivers }: Round) {
      for (const each of moves) play(each);
      clock.second += seconds;
      const lagging = index(store, lag);
      const meanwhile = async () => {
        clock.second += 61;
        await tick(lagging);
      };
      const broken = async () => {
        throw new ClusterError("unreachable", "prod", "cluster prod: unreachable");
      };
      const isCut = bad?.type === "unreachable";
      await tick(unlucky(lagging, bad, meanwhile), isCut ? { ...cluster, list: broken, watch: broken } : cluster);
      // Longer than what is left of the claim of one who died.
      if (bad !== undefined) clock.second += 61;
      if (delivers) await deliver();
    },
    async settle() {
      for (let minute = 0; minute < 12; minute += 1) {
        clock.second += 60;
        await tick(index(store, 5));
      }
      await deliver();
      await store.close();
    },
  };
}

function nextOf(before: Job | undefined, is: Job["is"], at: number): Job {
  if (before === undefined) return { is: "new", bornAt: at, at, ranAt: undefined };
  return { ...before, is, at, ranAt: is === "run" ? at : before.ranAt };
}

/** The same store with an index that is so many seconds behind. */
function laggingIndex(second: () => number) {
  const written: {
    readonly watch: string;
    readonly key: string;
    readonly dueAt: number | undefined;
    readonly at: number;
  }[] = [];
  return (store: Store, lag: number): Store => ({
    ...store,
    async advance(step) {
      const answer = await store.advance(step);
      const { watch, key, after } = step;
      if (answer === "advanced") written.push({ watch, key, dueAt: after?.dueAt, at: second() });
      return answer;
    },
    async jobsDue(watch, now, limit) {
      const visible = written.filter((each) => each.watch === watch && each.at <= second() - lag);
      const entries = [...new Map(visible.map(({ key, dueAt }) => [key, dueAt]))]
        .flatMap(([key, dueAt]) => (dueAt === undefined ? [] : [{ key, dueAt }]))
        .sort((a, b) => a.dueAt - b.dueAt);
      const taken = entries.slice(0, limit).filter(({ dueAt }) => dueAt <= now);
      const rows = await store.jobsNamed(
        watch,
        taken.map(({ key }) => key),
      );
      const due = [...rows.values()].filter((row) => row.dueAt !== undefined && row.dueAt <= now);
      return { rows: due, next: entries[taken.length]?.dueAt };
    },
  });
}

/** The store of a poller that dies, fails or is paused at one of its calls. */
function unlucky(store: Store, bad: Round["accident"], meanwhile: () => Promise<void>): Store {
  if (bad?.call === undefined) return store;
  let count = 0;
  let dead = false;
  const happen = async <T>(call: () => Promise<T>): Promise<T> => {
    if (bad.type === "paused") {
      await meanwhile();
      return call();
    }
    dead = bad.type === "crash";
    if (bad.moment === "after") await call();
    throw new Crash(bad.call);
  };
  return through(store, (called, call) => async (...parts) => {
    if (dead) throw new Crash(called);
    if (called === bad.call) count += 1;
    return called === bad.call && count === bad.nth ? happen(() => call(...parts)) : call(...parts);
  });
}

test.each(VARIANTS)(
  "whatever happens to a poller that %s, and however far an index is behind, no alarm is lost, none is told twice, and each ends once",
  async (_, watch) => {
    const told = { Stalled: 0, Overdue: 0, Flapping: 0, Recovered: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 14 }), async (rounds) => {
        const world = openWorld(watch);
        // A first look at nothing: what comes then is news.
        await world.play({ moves: [], accident: undefined, seconds: 1, lag: 0, delivers: false });
        for (const each of rounds) await world.play(each);
        await world.settle();
        const { delivered, jobs } = world;
        for (const { event } of delivered) if (event in told) told[event as keyof typeof told] += 1;
        expect(new Set(delivered.map(({ id }) => id)).size).toBe(delivered.length);
        for (const [job, is] of jobs) {
          const own = delivered.filter((event) => event.name === job && Date.parse(event.at) / 1000 >= T0 + is.bornAt);
          const open = openAlarms(own);
          // A run that was restarted goes on: whether it is overdue depends on whether it was seen to begin.
          const certain = is.is === "restart" ? open.filter((alarm) => alarm !== "Overdue") : open;
          if (is.is !== "fail") expect(certain).toEqual([LASTS[is.is]].filter(Boolean));
        }
      }),
      { numRuns: 250 },
    );
    expect(Math.min(...Object.values(told))).toBeGreaterThan(15);
  },
);

/** Alarms that were told and are not over, in the order of their names; an end without a beginning is an error. */
function openAlarms(events: readonly JobEvent[]): readonly string[] {
  const open = new Map<string, string>();
  for (const { event, rule } of events) {
    if (rule === undefined) continue;
    if (event === "Recovered") expect(open.delete(rule.type)).toBe(true);
    else {
      expect(open.has(rule.type)).toBe(false);
      open.set(rule.type, event);
    }
  }
  return [...open.values()].sort();
}

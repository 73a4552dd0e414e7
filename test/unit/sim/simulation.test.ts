import { describe, expect, test } from "vitest";
import type { JobEvent } from "#jobs/event";
import type { Snapshot, StepType } from "#jobs/job";
import { batchJob } from "#jobs/kinds/batch-job";
import { KINDS } from "#jobs/kinds/registry";
import { type Simulation, type SimulationOptions, startSimulation } from "#sim/simulation";
import type { After } from "#sim/timers";
import { NOW } from "./server.ts";

/** Time that passes when the test says so. */
function virtualTime() {
  let now = NOW;
  let timers: { readonly at: number; readonly action: () => void }[] = [];
  const after: After = (ms, action) => {
    const timer = { at: now + ms, action };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  };
  const pass = (ms: number) => {
    const end = now + ms;
    for (;;) {
      const [next] = timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      timers = timers.filter((timer) => timer !== next);
      now = next.at;
      next.action();
    }
    now = end;
  };
  return { now: () => now, after, pass, pending: () => timers.length };
}

const open = (time: ReturnType<typeof virtualTime>, options: Partial<SimulationOptions> = {}) =>
  startSimulation({ seed: "s", now: time.now, after: time.after, ...options });

/** Every job that the API lists, as Jobbell reads it. */
async function jobsOf({ url, namespaces, resources }: Simulation): Promise<readonly (Snapshot & { kind: string })[]> {
  const lists = resources.flatMap((resource) => namespaces.map((namespace) => ({ resource, namespace })));
  const read = lists.map(async ({ resource, namespace }) => {
    const { read } = KINDS.find((kind) => kind.resource.kind === resource.kind)!;
    const response = await fetch(`${url}/apis/${resource.group}/v1/namespaces/${namespace}/${resource.plural}`);
    const { items } = (await response.json()) as { items: unknown[] };
    return items.map((item) => ({ ...read(item), kind: resource.kind }));
  });
  return (await Promise.all(read)).flat();
}

interface Told {
  readonly second: number;
  readonly type: StepType | "Vanished";
}

/** What somebody hears who looks once a second, beginning at once. */
async function tell(simulation: Simulation, time: ReturnType<typeof virtualTime>, seconds: number) {
  const told: Told[] = [];
  const known = new Set<string>();
  let unfinished: readonly string[] = [];
  for (let second = 0; second <= seconds; second += 1) {
    const jobs = await jobsOf(simulation);
    const steps = newSteps(jobs, known);
    if (second > 0) told.push(...steps.map((type) => ({ second, type })));
    const gone = unfinished.filter((uid) => !jobs.some((job) => job.uid === uid));
    told.push(...gone.map(() => ({ second, type: "Vanished" }) as const));
    unfinished = jobs.filter((job) => !hasEnded(job)).map(({ uid }) => uid);
    time.pass(1000);
  }
  return told;
}

function newSteps(jobs: readonly Snapshot[], known: Set<string>): readonly StepType[] {
  const all = jobs.flatMap(({ uid, steps }) => steps.map(({ type, at }) => ({ type, id: `${uid} ${type} ${at}` })));
  const news = all.filter(({ id }) => !known.has(id));
  for (const { id } of news) known.add(id);
  return news.map(({ type }) => type);
}

const hasEnded = ({ steps }: Snapshot) => ["Succeeded", "Failed"].includes(steps.at(-1)?.type ?? "");

describe("the simulated cluster", () => {
  test("has jobs in its namespaces from the start, finished ones among them", async () => {
    const time = virtualTime();
    await using simulation = await open(time);
    const jobs = await jobsOf(simulation);
    expect(jobs).toHaveLength(5);
    expect(jobs.map(({ steps }) => steps.at(-1)?.type).toSorted()).toEqual([
      "Failed",
      "Running",
      "Running",
      "Succeeded",
      "Suspended",
    ]);
    expect(jobs.every(({ labels }) => labels.team && labels.owner && labels.tier)).toBe(true);
  });

  test.each(["s", "demo", "jobbell"])(
    "with the seed %s shows a first change in two seconds, every kind of step in a minute, and goes on at that pace",
    async (seed) => {
      const time = virtualTime();
      await using simulation = await open(time, { seed });
      const told = await tell(simulation, time, 120);
      expect(told[0]?.second).toBeLessThanOrEqual(2);
      const minute = told.filter(({ second }) => second <= 60).map(({ type }) => type);
      const types: readonly JobEvent["event"][] = [
        ...(["Created", "Running", "Restarting", "Suspended"] as const),
        ...(["Resumed", "Succeeded", "Failed", "Vanished"] as const),
      ];
      expect(new Set(minute)).toEqual(new Set(types));
      expect(told.length).toBeGreaterThan(120 / 3);
      expect(told.length).toBeLessThan(120);
    },
  );

  test("is the same from the same seed, and another from another", async () => {
    const namesFrom = async (seed: string) => {
      const time = virtualTime();
      await using simulation = await open(time, { seed });
      time.pass(30_000);
      return (await jobsOf(simulation)).map(({ namespace, name, steps }) => [namespace, name, steps.at(-1)]);
    };
    const first = await namesFrom("a");
    expect(await namesFrom("a")).toEqual(first);
    expect(await namesFrom("b")).not.toEqual(first);
  });

  test("runs as fast as it is told", async () => {
    const arrivedAt = async (speed: number) => {
      const time = virtualTime();
      await using simulation = await open(time, { speed });
      time.pass(30_000);
      return (await jobsOf(simulation)).length;
    };
    expect(await arrivedAt(2)).toBeGreaterThan(await arrivedAt(0.5));
  });

  test("cleans away what has ended, so that it does not grow for ever", async () => {
    const time = virtualTime();
    await using simulation = await open(time);
    time.pass(3_600_000);
    const jobs = await jobsOf(simulation);
    expect(jobs.length).toBeGreaterThan(5);
    expect(jobs.length).toBeLessThan(40);
    expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
  });

  test("has jobs of the kinds and in the namespaces that it is given", async () => {
    const time = virtualTime();
    const [first, ...others] = KINDS.map(({ resource }) => resource);
    await using simulation = await open(time, { kinds: [first!, ...others], namespaces: ["only"] });
    time.pass(60_000);
    const jobs = await jobsOf(simulation);
    expect(new Set(jobs.map(({ kind }) => kind))).toEqual(new Set(KINDS.map(({ resource }) => resource.kind)));
    expect(new Set(jobs.map(({ namespace }) => namespace))).toEqual(new Set(["only"]));
  });

  test("can be of batch Jobs alone, which have no word for a restart", async () => {
    const time = virtualTime();
    await using simulation = await open(time, { kinds: [batchJob.resource] });
    const told = await tell(simulation, time, 120);
    expect(new Set(told.map(({ type }) => type))).not.toContain("Restarting");
    expect(told.length).toBeGreaterThan(20);
  });

  test("asks for its token", async () => {
    await using simulation = await open(virtualTime(), { token: "t" });
    const path = `${simulation.url}/apis/kubeflow.org/v1/namespaces/ml-team/tfjobs`;
    const statuses = [{}, { authorization: "Bearer t" }].map((headers) => fetch(path, { headers }));
    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([403, 200]);
  });

  test("bears that somebody deletes a job under its hands", async () => {
    const time = virtualTime();
    await using simulation = await open(time);
    for (const { kind, namespace, name } of await jobsOf(simulation)) {
      const { resource } = KINDS.find((known) => known.resource.kind === kind)!;
      simulation.server.remove(resource, namespace, name);
    }
    time.pass(2900);
    expect(await jobsOf(simulation)).toEqual([]);
  });

  test("leaves no timer behind when it is closed", async () => {
    const time = virtualTime();
    const simulation = await open(time);
    time.pass(10_000);
    expect(time.pending()).toBeGreaterThan(0);
    await simulation.close();
    expect(time.pending()).toBe(0);
  });

  test("runs on real time where nothing else is given", async () => {
    const simulation = await startSimulation({ seed: "s", now: Date.now, speed: 1000 });
    const before = simulation.server.resourceVersion;
    const changed = new Promise<void>((resolve) => {
      const look = () => (simulation.server.resourceVersion === before ? setImmediate(look) : resolve());
      look();
    });
    await changed;
    await simulation.close();
  });
});

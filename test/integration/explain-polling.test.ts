import { describe, expect, test } from "vitest";
import type { JobEvent } from "#jobs/event";
import { tfJob } from "#jobs/kinds/kubeflow";
import { openExplained } from "#polling/explained";
import type { Watch } from "#polling/watch";
import type { KubeObject } from "#sim/objects";
import { jobEvent } from "../support/events.ts";
import { openPods } from "../support/pods.ts";
import { drain } from "../support/store-steps.ts";
import { conditions } from "../unit/jobs/objects.ts";
import { openScene, pollOne, type Scene, SIGNAL, WATCH } from "../unit/polling/scene.ts";

const EXPLAINED: Watch = { ...WATCH, explain: true };
const NEVER = () => new AbortController().signal;

function train({ server }: Scene, name: string): void {
  const replicas = (count: number) => ({
    replicas: count,
    template: { spec: { containers: [{ name: "tensorflow", image: "registry.example.com/ml/train:1" }] } },
  });
  const spec = { tfReplicaSpecs: { Chief: replicas(1), Worker: replicas(2) } };
  server.create(tfJob.resource, { metadata: { name, namespace: "ml" }, spec });
}

function fail({ server }: Scene, name: string): void {
  server.update(tfJob.resource, "ml", name, (job: KubeObject) => {
    const replicaStatuses = { Chief: { active: 1 }, Worker: { active: 1, failed: 1 } };
    job.status = { conditions: conditions("Created=True@1 Running=False@2 Failed=True@3"), replicaStatuses };
  });
}

/** Jobs that are seen, and fail. */
async function failing(scene: Scene, names: readonly string[], watch = EXPLAINED, advice: string[] = []) {
  const services = {
    ...{ store: scene.store, now: () => scene.clock.now, pause: async () => {} },
    onEvent: (event: JobEvent) => scene.events.push(event),
    onAdvice: (_: Watch, line: string) => advice.push(line),
  };
  for (const name of names) train(scene, name);
  await pollOne(services, scene.cluster, watch);
  for (const name of names) fail(scene, name);
  scene.clock.now += 61_000;
  await pollOne(services, scene.cluster, watch);
  return scene.events.filter(({ event }) => event === "Failed");
}

test("a job that fails is delivered with why", async () => {
  await using scene = await openScene();
  await failing(scene, ["mnist"]);
  const deliveries = await drain(scene.store, scene.clock.now);
  const { explanation } = deliveries.map(({ event }) => event).find(({ event }) => event === "Failed") ?? {};
  expect(explanation).toMatchObject({ pod: "mnist-worker-1", replica: "Worker 1", container: "tensorflow" });
  expect(explanation?.exitCode).toBeGreaterThan(0);
  expect(explanation?.log?.length).toBeGreaterThan(2);
  expect(JSON.stringify(explanation)).not.toContain("example-only-not-a-key");
});

test("an event is the same without its explanation, which only a watch gives that asks for one", async () => {
  await using explained = await openScene();
  await using plain = await openScene();
  const [{ explanation, ...event }] = (await failing(explained, ["mnist"])) as [JobEvent];
  expect(explanation).toBeDefined();
  expect(await failing(plain, ["mnist"], WATCH)).toEqual([event]);
  expect(plain.server.requests.filter(({ path }) => path.startsWith("/api/"))).toEqual([]);
});

test("who may not read pods, logs and events hears what would help, and of each failure all the same", async () => {
  const user = { name: "reader", token: "reader", without: ["pods", "pods/log", "events"] };
  await using scene = await openScene({ server: { users: [user] }, token: "reader" });
  const advice: string[] = [];
  const told = await failing(scene, ["a", "b", "c"], EXPLAINED, advice);
  expect(told.map(({ name, explanation }) => [name, explanation])).toEqual(
    ["a", "b", "c"].map((name) => [name, undefined]),
  );
  expect([...new Set(advice)].sort()).toEqual([
    'the server refuses to show events, so messages do not tell what they say of a failure: give the account\'s Role the verb "list" on resource "events" of apiGroup "", or say explain: false',
    'the server refuses to show pods, so messages do not tell what they say of a failure: give the account\'s Role the verb "list" on resource "pods" of apiGroup "", or say explain: false',
  ]);
});

test("for a pattern of namespaces it is a ClusterRole that would help", async () => {
  const user = { name: "reader", token: "reader", without: ["pods"] };
  await using scene = await openScene({ server: { users: [user] }, token: "reader" });
  const advice: string[] = [];
  await failing(scene, ["a"], { ...EXPLAINED, namespace: "*" }, advice);
  expect(advice).toEqual([expect.stringContaining("give the account's ClusterRole the verb")]);
});

test("nothing is asked of a job of which nobody hears, and of one that is only suspended for too long", async () => {
  await using unheard = await openScene();
  const [event] = await failing(unheard, ["mnist"], {
    ...EXPLAINED,
    routes: [{ on: ["Succeeded"], receivers: ["chat"] }],
  });
  expect(event).toMatchObject({ event: "Failed", name: "mnist" });
  await using pods = await openPods("exit-1");
  const explained = openExplained(pods.cluster, { now: () => 0 }, SIGNAL, NEVER);
  const rule = { type: "suspendedFor", since: "2026-11-21T00:00:00Z", seconds: 60 } as const;
  const suspended = jobEvent({ event: "Stalled", rule });
  expect(await explained(EXPLAINED, suspended)).toEqual(suspended);
  const asked = [...unheard.server.requests, ...pods.server.requests].filter(({ path }) => path.startsWith("/api/"));
  expect(asked).toEqual([]);
});

test("in a storm twenty failures are explained, and all are told", async () => {
  await using scene = await openScene();
  const names = Array.from({ length: 25 }, (_, number) => `job-${number}`);
  const told = await failing(scene, names);
  expect([told.length, told.filter(({ explanation }) => explanation).length]).toEqual([25, 20]);
});

describe("the search for an explanation", () => {
  const services = { now: () => 0 };

  test("ends when its time is over, that of waiting for a turn included", async () => {
    await using scene = await openPods("exit-1");
    const { cluster, server } = scene;
    const over = new AbortController();
    server.fail({ hang: true, times: 100 });
    const explained = openExplained(cluster, services, SIGNAL, () => over.signal);
    const events = Array.from({ length: 10 }, (_, number) => jobEvent({ id: `evt_${number}` }));
    const searched = Promise.all(events.map((event) => explained(EXPLAINED, event)));
    // Of four at a time the pods and the events of the job.
    await expect.poll(() => server.requestCount).toBe(8);
    over.abort();
    expect(await searched).toEqual(events);
    expect(server.requestCount).toBe(8);
  });

  test("takes four turns at a time, and one after the other is given", async () => {
    await using scene = await openPods("exit-1");
    const { cluster, server } = scene;
    let most = 0;
    let now = 0;
    const counted: typeof cluster = {
      ...cluster,
      async list(query, ...rest) {
        if (query.resource.plural !== "pods") return cluster.list(query, ...rest);
        now += 1;
        most = Math.max(most, now);
        return cluster.list(query, ...rest).finally(() => {
          now -= 1;
        });
      },
    };
    const explained = openExplained(counted, services, SIGNAL, NEVER);
    const told = await Promise.all(Array.from({ length: 12 }, () => explained(EXPLAINED, jobEvent())));
    expect([most, told.filter(({ explanation }) => explanation).length]).toEqual([4, 12]);
    expect(server.requestCount).toBe(48);
  });

  test("is given up with the tick", async () => {
    await using scene = await openPods("exit-1");
    const stop = new AbortController();
    scene.server.fail({ hang: true, times: 100 });
    const searched = openExplained(scene.cluster, services, stop.signal, NEVER)(EXPLAINED, jobEvent());
    await expect.poll(() => scene.server.requestCount).toBe(2);
    stop.abort();
    await expect(searched).rejects.toThrow(stop.signal.reason);
  });

  test("may begin again for as many a minute, where a tick is held", async () => {
    await using scene = await openPods("exit-1");
    let now = 0;
    const explained = openExplained(scene.cluster, { now: () => now }, SIGNAL, NEVER);
    const twice = async () => [await explained(EXPLAINED, jobEvent()), await explained(EXPLAINED, jobEvent())];
    for (let each = 0; each < 19; each += 1) await explained(EXPLAINED, jobEvent());
    const of = (events: readonly JobEvent[]) => events.map(({ explanation }) => explanation !== undefined);
    expect(of(await twice())).toEqual([true, false]);
    now = 60_000;
    expect(of(await twice())).toEqual([true, true]);
  });

  test("is made for failures and stalls only", async () => {
    await using scene = await openPods("exit-1");
    const explained = openExplained(scene.cluster, services, SIGNAL);
    for (const event of ["Running", "Succeeded", "Restarting", "Overdue", "Flapping", "Vanished"] as const)
      expect(await explained(EXPLAINED, jobEvent({ event }))).toEqual(jobEvent({ event }));
    expect(scene.server.requestCount).toBe(0);
  });
});

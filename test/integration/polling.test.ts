import { describe, expect, test } from "vitest";
import { kindKey, scopeId, watchId } from "#polling/watch";
import { rowOf } from "../support/store-steps.ts";
import { change, create, openScene, relabel, remove, touch, WATCH } from "../unit/polling/scene.ts";

const RUNNING = "Created=True@1 Running=True@3";
const SUCCEEDED = "Created=True@1 Running=False@3 Succeeded=True@9";

const row = (scene: Awaited<ReturnType<typeof openScene>>, name: string) =>
  rowOf(scene.store, watchId(WATCH), `ml/${name}`);

describe("the first tick of a watch", () => {
  test("says nothing of what is there, and the next one says what came since", async () => {
    await using scene = await openScene();
    create(scene.server, { done: SUCCEEDED, mnist: RUNNING, young: "" });
    expect(await scene.tick()).toEqual({ state: "read", objects: 3, events: 0, unreadable: [], first: true });
    change(scene.server, { mnist: SUCCEEDED, young: "Created=True@5" });
    expect((await scene.said()).toSorted()).toEqual(["mnist Succeeded@9", "young Created@5"]);
    expect(await scene.delivered()).toHaveLength(2);
  });

  test("announces of each job that is not finished what it is doing, where that is wanted", async () => {
    await using scene = await openScene({ watch: { firstTick: "announce" } });
    create(scene.server, { done: SUCCEEDED, mnist: RUNNING, stuck: "Created=True@1 Restarting=True@8", young: "" });
    expect((await scene.said()).toSorted()).toEqual(["mnist Running@3", "stuck Restarting@8"]);
    expect((await scene.delivered()).toSorted()).toEqual(["chat mnist Running@3", "chat stuck Restarting@8"]);
    expect(await scene.said()).toEqual([]);
  });

  test("is the one that reads: failed ones before it do not count", async () => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING });
    scene.server.fail({ status: 500 });
    expect(await scene.tick()).toMatchObject({ state: "failed", code: "unavailable" });
    expect(await scene.tick()).toMatchObject({ state: "read", events: 0, first: true });
    expect(await scene.tick()).toMatchObject({ state: "read", first: false });
  });

  test("of an empty namespace is silent too, and a job that comes later is not", async () => {
    await using scene = await openScene();
    expect(await scene.tick()).toMatchObject({ objects: 0, first: true });
    create(scene.server, { mnist: RUNNING });
    expect(await scene.said()).toEqual(["mnist Created@1", "mnist Running@3"]);
  });
});

describe("ticks", () => {
  test("say each transition once, in order, whichever versions were missed", async () => {
    await using scene = await openScene();
    await scene.tick();
    create(scene.server, { mnist: "" });
    expect(await scene.said()).toEqual([]);
    change(scene.server, { mnist: "Created=True@1" });
    expect(await scene.said()).toEqual(["mnist Created@1"]);
    change(scene.server, { mnist: RUNNING });
    change(scene.server, { mnist: "Created=True@1 Restarting=True@5" });
    change(scene.server, { mnist: "Created=True@1 Running=True@7" });
    expect(await scene.said()).toEqual(["mnist Running@7"]);
    change(scene.server, { mnist: "Created=True@1 Running=False@8 Failed=True@9" });
    expect(await scene.said()).toEqual(["mnist Running@8", "mnist Failed@9"]);
    expect(await scene.delivered()).toEqual(
      scene.events.map((event) => `chat mnist ${event.event}@${Number(event.at.slice(17, 19))}`),
    );
  });

  test("say nothing twice, however often they come", async () => {
    await using scene = await openScene();
    await scene.tick();
    create(scene.server, { mnist: RUNNING, done: SUCCEEDED, batch: "Created=True@2" });
    expect(await scene.said()).toHaveLength(6);
    for (let round = 0; round < 5; round += 1) {
      touch(scene.server, "mnist");
      expect(await scene.said()).toEqual([]);
    }
    expect(new Set(scene.events.map(({ id }) => id)).size).toBe(6);
  });

  test("do not write a new version in which nothing is new", async () => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING }, { team: "vision", tier: "prod" });
    await scene.tick();
    const before = await row(scene, "mnist");
    touch(scene.server, "mnist");
    await scene.tick();
    expect(await row(scene, "mnist")).toEqual(before);
    change(scene.server, { mnist: "Created=True@1 Restarting=True@5" });
    await scene.tick();
    expect((await row(scene, "mnist"))?.version).toBeGreaterThan(before!.version);
  });

  test.each([
    ["has another value", { tier: "test" }],
    ["is gone", {}],
    ["came", { tier: "prod", team: "vision" }],
    ["has another name", { rank: "prod" }],
  ])("write a new version in which a label %s", async (_, labels) => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING }, { tier: "prod" });
    await scene.tick();
    relabel(scene.server, "mnist", labels);
    await scene.tick();
    expect((await row(scene, "mnist"))?.memory.labels).toEqual(labels);
  });

  test("remember new labels without a word, for whoever is told when the job vanishes", async () => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING }, { tier: "test" });
    await scene.tick();
    relabel(scene.server, "mnist", { tier: "prod", team: "vision" });
    expect(await scene.said()).toEqual([]);
    create(scene.server, { other: "" });
    remove(scene.server, "mnist");
    expect(await scene.said()).toEqual(["mnist Vanished"]);
    expect(scene.events[0]?.labels).toEqual({ tier: "prod", team: "vision" });
  });

  test("read page by page, as many objects a page as the watch says", async () => {
    await using scene = await openScene({ watch: { pageSize: 2 } });
    create(scene.server, { a: "", b: "", c: "", d: "", e: "" });
    expect(await scene.tick()).toMatchObject({ objects: 5 });
    expect(scene.server.requestCount).toBe(3);
    expect(await scene.tick({ pageSize: 5 })).toMatchObject({ objects: 5 });
    expect(scene.server.requestCount).toBe(4);
  });

  test("ask as the watch says, and no more than is said", async () => {
    await using scene = await openScene();
    await scene.tick();
    await scene.tick({
      labelSelector: "a=b",
      fieldSelector: "metadata.name!=x",
      timeoutSeconds: 20,
      resourceVersion: "0",
    });
    const asked = scene.server.requests.map(({ path }) =>
      Object.fromEntries(new URL(path, "http://server").searchParams),
    );
    expect(asked).toEqual([
      { limit: "100" },
      {
        limit: "100",
        labelSelector: "a=b",
        fieldSelector: "metadata.name!=x",
        timeoutSeconds: "20",
        resourceVersion: "0",
      },
    ]);
  });

  test("keep the version of the list and the time at which they ended", async () => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING });
    await scene.tick();
    const [health] = await scene.store.watches();
    expect(health).toEqual({
      ...{ scope: scopeId(WATCH), kind: kindKey(WATCH), failures: 0 },
      cursor: {
        resourceVersion: scene.server.resourceVersion,
        ...{ tickedAt: scene.clock.now, listedAt: scene.clock.now, digests: expect.any(String) },
      },
    });
  });

  test("leave a watch to whoever works on it", async () => {
    await using scene = await openScene();
    await scene.tick();
    const { requestCount } = scene.server;
    // The tick that holds it began a moment before this one and is not over.
    await scene.store.claimScope(scopeId(WATCH), { until: scene.clock.now + 120_000 }, scene.clock.now);
    expect(await scene.tick()).toEqual({ state: "busy" });
    expect(scene.server.requestCount).toBe(requestCount);
  });
});

describe("a job that is gone", () => {
  test("has vanished, where it had not ended, and is forgotten", async () => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING, other: RUNNING });
    await scene.tick();
    remove(scene.server, "mnist");
    expect(await scene.said()).toEqual(["mnist Vanished"]);
    expect(scene.events[0]).toMatchObject({ previous: { event: "Running" }, namespace: "ml", name: "mnist" });
    expect(await row(scene, "mnist")).toBeUndefined();
    expect(await scene.said()).toEqual([]);
  });

  test("is forgotten without a word, where it had ended", async () => {
    await using scene = await openScene();
    create(scene.server, { done: SUCCEEDED, failed: "Created=True@1 Failed=True@2", other: RUNNING });
    await scene.tick();
    remove(scene.server, "done", "failed");
    expect(await scene.said()).toEqual([]);
    expect([...(await scene.store.jobs(watchId(WATCH))).keys()]).toEqual(["ml/other"]);
  });

  test("and is there again under its name is another job: the old one vanished, the new one was created", async () => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING });
    await scene.tick();
    const old = scene.server.get(WATCH.kind.resource, "ml", "mnist")?.metadata.uid;
    remove(scene.server, "mnist");
    create(scene.server, { mnist: "Created=True@20 Running=True@23" });
    expect(await scene.said()).toEqual(["mnist Vanished", "mnist Created@20", "mnist Running@23"]);
    const [vanished, created] = scene.events;
    expect(vanished).toMatchObject({ uid: old, previous: { event: "Running" } });
    expect(created?.uid).not.toBe(old);
    expect(created).not.toHaveProperty("previous");
    expect(await scene.said()).toEqual([]);
  });

  test("and is there again after it had ended: only the new one is told of", async () => {
    await using scene = await openScene();
    create(scene.server, { mnist: SUCCEEDED });
    await scene.tick();
    remove(scene.server, "mnist");
    create(scene.server, { mnist: "Created=True@20" });
    expect(await scene.said()).toEqual(["mnist Created@20"]);
  });
});

describe("a list that is suddenly empty", () => {
  const empty = (resource: { kind: string }) => ({
    status: 200,
    body: {
      apiVersion: "kubeflow.org/v1",
      kind: `${resource.kind}List`,
      metadata: { resourceVersion: "9", continue: "" },
      items: [],
    },
  });

  test("is read a second time after a second, and believed then", async () => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING });
    await scene.tick();
    remove(scene.server, "mnist");
    const { requestCount } = scene.server;
    expect(await scene.said()).toEqual(["mnist Vanished"]);
    expect(scene.server.requestCount - requestCount).toBe(2);
    expect(scene.pauses).toEqual([1000]);
  });

  test("is not believed when the second look shows the jobs", async () => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING });
    await scene.tick();
    change(scene.server, { mnist: SUCCEEDED });
    scene.server.fail(empty(WATCH.kind.resource));
    expect(await scene.said()).toEqual(["mnist Succeeded@9"]);
  });

  test("forgets no finished job before the second look: it would be told of all over again", async () => {
    await using scene = await openScene();
    create(scene.server, { done: SUCCEEDED });
    await scene.tick();
    scene.server.fail(empty(WATCH.kind.resource));
    expect(await scene.said()).toEqual([]);
    expect(await scene.said()).toEqual([]);
    expect(await row(scene, "done")).toBeDefined();
  });

  test("is read once where nothing was remembered, or only what had left", async () => {
    await using scene = await openScene({ watch: { labelSelector: "team=vision" } });
    await scene.tick();
    expect(scene.server.requestCount).toBe(1);
    create(scene.server, { mnist: RUNNING }, { team: "vision" });
    await scene.tick();
    relabel(scene.server, "mnist", {});
    await scene.tick();
    const { requestCount } = scene.server;
    expect(await scene.said()).toEqual([]);
    expect(scene.server.requestCount - requestCount).toBe(1);
  });

  test("fails the tick when the second look fails, and nothing has vanished", async () => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING });
    await scene.tick();
    scene.server.fail(empty(WATCH.kind.resource));
    scene.server.fail({ status: 503, when: ({ path }) => path.includes("tfjobs") });
    expect(await scene.tick()).toMatchObject({ state: "failed", code: "unavailable" });
    expect(await scene.said()).toEqual([]);
  });
});

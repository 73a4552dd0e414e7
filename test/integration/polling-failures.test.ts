import { describe, expect, test } from "vitest";
import { batchJob } from "#jobs/kinds/batch-job";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import { poll } from "#polling/poll";
import { kindKey, scopeId, watchId } from "#polling/watch";
import type { Failure } from "#sim/failures";
import type { ApiRequest } from "#sim/request";
import { claimedScope, rowOf } from "../support/store-steps.ts";
import { conditions } from "../unit/jobs/objects.ts";
import { change, create, openScene, relabel, remove, type Scene, SIGNAL, WATCH } from "../unit/polling/scene.ts";

const RUNNING = "Created=True@1 Running=True@3";
const FAILED = "Created=True@1 Running=False@3 Failed=True@9";

/** All that is remembered of the watch. */
const rowsOf = ({ store }: Scene) => store.jobs(watchId(WATCH));

const tokenOf = ({ path }: ApiRequest) => new URL(path, "http://server").searchParams.get("continue");

/** Makes the second page of a list go wrong as often as it is asked for, until told to stop. */
function breakSecondPage({ server }: Scene, failure: Failure): () => void {
  let second: string | undefined;
  let broken = true;
  const when = (request: ApiRequest) => {
    const token = tokenOf(request);
    if (token !== null) second ??= token;
    return broken && token !== null && token === second;
  };
  server.fail({ ...failure, times: 1000, when });
  return () => {
    broken = false;
  };
}

describe("a list of three pages of which the second cannot be read", () => {
  test.each<readonly [string, Failure, string]>([
    ["is an error", { status: 500 }, "unavailable"],
    ["is forbidden", { status: 403 }, "forbidden"],
    ["is a reset", { reset: true }, "unreachable"],
    ["breaks off", { truncate: true }, "unreachable"],
    ["is of another time, again and again", { status: 410 }, "gone"],
    ["is no list", { status: 200, body: { kind: "TFJobList", metadata: { resourceVersion: "1" } } }, "not-kubernetes"],
  ])("%s: nothing is compared, nothing moves, and the next tick tells all", async (_, failure, code) => {
    await using scene = await openScene({ watch: { pageSize: 2 } });
    create(scene.server, { a: RUNNING, b: RUNNING, c: RUNNING, d: RUNNING, e: RUNNING });
    await scene.tick();
    const [rows, [health]] = [await rowsOf(scene), await scene.store.watches()];
    change(scene.server, { a: FAILED, c: FAILED });
    remove(scene.server, "b", "d");
    const mend = breakSecondPage(scene, failure);
    for (const failures of [1, 2]) {
      const lastTickAt = health?.cursor?.tickedAt;
      expect(await scene.tick()).toEqual({ state: "failed", code, message: expect.any(String), lastTickAt });
      const { digests, ...cursor } = health?.cursor ?? {};
      expect(await scene.store.watches()).toEqual([{ ...health, cursor, failures, error: expect.any(String) }]);
    }
    expect(scene.events).toEqual([]);
    expect(await rowsOf(scene)).toEqual(rows);
    mend();
    expect((await scene.said()).toSorted()).toEqual(["a Failed@9", "b Vanished", "c Failed@9", "d Vanished"]);
    expect(await scene.store.watches()).toEqual([expect.not.objectContaining({ error: expect.anything() })]);
  });

  test("because it became too old is read again from its beginning, once, without a trace", async () => {
    await using scene = await openScene({ watch: { pageSize: 2 } });
    create(scene.server, { a: RUNNING, b: RUNNING, c: RUNNING });
    await scene.tick();
    change(scene.server, { a: FAILED });
    scene.server.fail({ status: 410, when: (request) => tokenOf(request) !== null });
    expect(await scene.tick()).toMatchObject({ state: "read", objects: 3, events: 1 });
    expect(await scene.said()).toEqual([]);
  });
});

describe("who may not read", () => {
  const user = { name: "lister", token: "tok-1", verbs: ["list"] } as const;

  test.each([
    ["with a token that nobody has", "tok-2", "unauthorized"],
    ["without a token", undefined, "forbidden"],
  ])("%s is told so, and nothing is compared", async (_, token, code) => {
    await using scene = await openScene({ server: { users: [user] }, ...(token !== undefined && { token }) });
    create(scene.server, { mnist: RUNNING });
    for (let tick = 0; tick < 2; tick += 1) expect(await scene.tick()).toMatchObject({ state: "failed", code });
    expect(await rowsOf(scene)).toEqual(new Map());
    expect(await scene.store.watches()).toEqual([expect.objectContaining({ failures: 2 })]);
    expect((await scene.store.watches())[0]).not.toHaveProperty("cursor");
  });

  test("any more has lost nothing: jobs that are not shown have not vanished", async () => {
    await using scene = await openScene({ server: { users: [user] }, token: "tok-1" });
    create(scene.server, { mnist: RUNNING });
    await scene.tick();
    remove(scene.server, "mnist");
    scene.server.fail({ status: 403 });
    expect(await scene.tick()).toMatchObject({ state: "failed", code: "forbidden" });
    expect(scene.events).toEqual([]);
    expect(await scene.said()).toEqual(["mnist Vanished"]);
  });

  test("a single job can still list: of the others it is told all, before that is told as an error", async () => {
    await using scene = await openScene({
      server: { users: [user] },
      token: "tok-1",
      watch: { labelSelector: "team=vision" },
    });
    create(scene.server, { mnist: RUNNING, other: RUNNING }, { team: "vision" });
    await scene.tick();
    change(scene.server, { other: FAILED });
    remove(scene.server, "mnist");
    expect(await scene.tick()).toMatchObject({ state: "failed", code: "forbidden" });
    expect(scene.events.map(({ name, event }) => `${name} ${event}`)).toEqual(["other Failed"]);
    expect(await scene.tick()).toMatchObject({ state: "failed", code: "forbidden" });
    expect(scene.events).toHaveLength(1);
  });
});

describe("a kind that is not installed", () => {
  test("is no error until it was there once", async () => {
    await using scene = await openScene({ server: { resources: [batchJob.resource] } });
    for (let tick = 0; tick < 2; tick += 1) {
      expect(await scene.tick()).toEqual({ state: "not-installed", message: expect.stringContaining("tfjobs") });
    }
    expect((await scene.store.watches())[0]).not.toHaveProperty("cursor");
  });

  test("any more is an error, and its jobs have not vanished", async () => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING });
    await scene.tick();
    scene.server.fail({ status: 404, body: "404 page not found\n" });
    expect(await scene.tick()).toMatchObject({ state: "failed", code: "not-installed" });
    expect(await scene.said()).toEqual([]);
    expect(await rowOf(scene.store, watchId(WATCH), "ml/mnist")).toBeDefined();
  });
});

describe("an object that cannot be read", () => {
  const breakStatus = ({ server }: Scene, name: string) =>
    server.update(tfJob.resource, "ml", name, (draft) => {
      draft.status = { conditions: "none" };
    });

  test("is counted and not compared, and has not vanished", async () => {
    await using scene = await openScene();
    create(scene.server, { broken: RUNNING, mnist: RUNNING });
    await scene.tick();
    breakStatus(scene, "broken");
    change(scene.server, { mnist: FAILED });
    expect(await scene.tick()).toMatchObject({
      ...{ state: "read", objects: 2, events: 1 },
      unreadable: [expect.stringMatching(/^ml\/broken: status\.conditions: .*array/)],
    });
    scene.server.update(tfJob.resource, "ml", "broken", (draft) => {
      draft.status = { conditions: conditions(FAILED) };
    });
    expect(await scene.said()).toEqual(["broken Failed@9"]);
    expect(await scene.tick()).toMatchObject({ unreadable: [] });
  });

  test("is told of from its beginning as soon as it can be read, where it never could before", async () => {
    await using scene = await openScene();
    await scene.tick();
    create(scene.server, { broken: "" });
    breakStatus(scene, "broken");
    expect(await scene.tick()).toMatchObject({ events: 0, unreadable: [expect.any(String)] });
    change(scene.server, { broken: RUNNING });
    expect(await scene.said()).toEqual(["broken Created@1", "broken Running@3"]);
  });

  test.each(["uid", "resourceVersion", "creationTimestamp"])(
    "for want of its %s is known by its name",
    async (field) => {
      await using scene = await openScene();
      create(scene.server, { gone: RUNNING, mnist: RUNNING });
      await scene.tick();
      const mnist = scene.server.get(tfJob.resource, "ml", "mnist");
      const items = [{ ...mnist, metadata: { ...mnist?.metadata, resourceVersion: "8", [field]: undefined } }];
      const body = { apiVersion: "kubeflow.org/v1", kind: "TFJobList", metadata: { resourceVersion: "9" }, items };
      scene.server.fail({ status: 200, body });
      expect(await scene.tick()).toMatchObject({
        unreadable: [expect.stringMatching(`^ml/mnist: metadata.${field}: `)],
      });
      expect(scene.events.map(({ name, event }) => `${name} ${event}`)).toEqual(["gone Vanished"]);
    },
  );

  test("says in one line what is wrong, and repeats nothing of what it holds", async () => {
    await using scene = await openScene();
    create(scene.server, { broken: RUNNING });
    scene.server.update(tfJob.resource, "ml", "broken", (draft) => {
      draft.status = { conditions: [{ type: "Running", status: { password: "hunter2" } }] };
    });
    const result = await scene.tick();
    const [complaint] = result.state === "read" ? result.unreadable : [];
    expect(complaint).toMatch(/^ml\/broken: status\.conditions\.0\.status: [^\n]+$/);
    expect(complaint).not.toContain("hunter2");
  });

  test.each([
    ["without a name", { namespace: "ml" }],
    ["with an empty name", { namespace: "ml", name: "" }],
    ["without a namespace", { name: "mnist" }],
    ["with an empty namespace", { namespace: "", name: "mnist" }],
    ["without metadata", undefined],
  ])("%s stops no tick, and as long as it is there nothing vanishes: it may be any job", async (_, metadata) => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING, other: RUNNING });
    await scene.tick();
    change(scene.server, { other: FAILED });
    const identity = { uid: "uid-7", resourceVersion: "7", creationTimestamp: "2026-11-21T00:00:00Z" };
    const items = [
      { ...(metadata && { metadata: { ...identity, ...metadata } }), status: {} },
      scene.server.get(tfJob.resource, "ml", "other"),
    ];
    const body = { apiVersion: "kubeflow.org/v1", kind: "TFJobList", metadata: { resourceVersion: "9" }, items };
    scene.server.fail({ status: 200, body });
    expect(await scene.tick()).toMatchObject({ objects: 2, events: 1, unreadable: ["an object: it has no name"] });
    expect(scene.events.map(({ name, event }) => `${name} ${event}`)).toEqual(["other Failed"]);
    remove(scene.server, "mnist");
    expect(await scene.said()).toEqual(["mnist Vanished"]);
  });
});

describe("with a selector, a job that is no longer listed", () => {
  const watch = { labelSelector: "team=vision" };
  const vision = { team: "vision" };

  test("may only have lost its label: nothing is said then, nor when it is back unchanged", async () => {
    await using scene = await openScene({ watch });
    create(scene.server, { mnist: RUNNING, other: RUNNING }, vision);
    await scene.tick();
    relabel(scene.server, "mnist", { team: "speech" });
    expect(await scene.said()).toEqual([]);
    const gets = () => scene.server.requests.filter(({ path }) => path.endsWith("/tfjobs/mnist")).length;
    expect(gets()).toBe(1);
    expect(await scene.said()).toEqual([]);
    expect(gets()).toBe(1);
    relabel(scene.server, "mnist", vision);
    expect(await scene.said()).toEqual([]);
    remove(scene.server, "mnist");
    expect(await scene.said()).toEqual(["mnist Vanished"]);
  });

  test("says what happened meanwhile when it is back", async () => {
    await using scene = await openScene({ watch });
    create(scene.server, { mnist: RUNNING, other: RUNNING }, vision);
    await scene.tick();
    relabel(scene.server, "mnist", {});
    await scene.tick();
    change(scene.server, { mnist: FAILED });
    expect(await scene.said()).toEqual([]);
    relabel(scene.server, "mnist", vision);
    expect(await scene.said()).toEqual(["mnist Failed@9"]);
  });

  test("has vanished when the API says that there is none of its name", async () => {
    await using scene = await openScene({ watch });
    create(scene.server, { mnist: RUNNING, other: RUNNING }, vision);
    await scene.tick();
    remove(scene.server, "mnist");
    scene.server.fail({ status: 503, when: ({ path }) => path.endsWith("/tfjobs/mnist") });
    expect(await scene.tick()).toMatchObject({ state: "failed", code: "unavailable" });
    expect(await scene.said()).toEqual(["mnist Vanished"]);
  });

  test("has vanished when another job has its name, outside the selector", async () => {
    await using scene = await openScene({ watch });
    create(scene.server, { mnist: RUNNING, other: RUNNING }, vision);
    await scene.tick();
    remove(scene.server, "mnist");
    create(scene.server, { mnist: RUNNING }, { team: "speech" });
    expect(await scene.said()).toEqual(["mnist Vanished"]);
  });

  test("is not asked for where it had ended, and says nothing when it is back", async () => {
    await using scene = await openScene({ watch });
    create(scene.server, { mnist: FAILED, other: RUNNING }, vision);
    await scene.tick();
    relabel(scene.server, "mnist", {});
    const { requestCount } = scene.server;
    expect(await scene.said()).toEqual([]);
    expect(scene.server.requestCount - requestCount).toBe(1);
    relabel(scene.server, "mnist", vision);
    expect(await scene.said()).toEqual([]);
  });

  test("and is deleted while it is outside is not told of; a new one of its name is", async () => {
    await using scene = await openScene({ watch });
    create(scene.server, { mnist: RUNNING, other: RUNNING }, vision);
    await scene.tick();
    relabel(scene.server, "mnist", {});
    await scene.tick();
    remove(scene.server, "mnist");
    expect(await scene.said()).toEqual([]);
    create(scene.server, { mnist: "Created=True@30" }, vision);
    expect(await scene.said()).toEqual(["mnist Created@30"]);
  });

  test("is asked for by its name also where only fields select", async () => {
    await using scene = await openScene({ watch: { fieldSelector: "metadata.name!=mnist" } });
    create(scene.server, { mnist: RUNNING, other: RUNNING });
    await scene.tick();
    remove(scene.server, "other");
    expect(await scene.said()).toEqual(["other Vanished"]);
  });
});

test("a list from a cache may be behind: what it does not show is looked at before it has vanished", async () => {
  await using scene = await openScene({ watch: { resourceVersion: "0" } });
  create(scene.server, { mnist: RUNNING, other: RUNNING });
  await scene.tick();
  const items = [scene.server.get(tfJob.resource, "ml", "other")];
  const body = { apiVersion: "kubeflow.org/v1", kind: "TFJobList", metadata: { resourceVersion: "9" }, items };
  scene.server.fail({ status: 200, body });
  expect(await scene.said()).toEqual([]);
  expect(await scene.said()).toEqual([]);
  remove(scene.server, "mnist");
  expect(await scene.said()).toEqual(["mnist Vanished"]);
});

describe("many watches", () => {
  test("are polled side by side, and one that fails fails no other", async () => {
    await using scene = await openScene();
    const { server, store, cluster, events } = scene;
    const watches = [tfJob, batchJob, pyTorchJob].map((kind) => ({ ...WATCH, kind }));
    const pollAll = () => {
      scene.clock.now += 61_000;
      const onEvent = (event: (typeof events)[number]) => void events.push(event);
      const services = { store, now: () => scene.clock.now, pause: async () => {}, onEvent };
      return poll(services, () => cluster, watches, SIGNAL);
    };
    await pollAll();
    for (const { kind } of watches)
      server.create(kind.resource, { metadata: { name: "mnist", namespace: "ml" }, spec: {} });
    server.fail({ status: 500, when: ({ path }) => path.includes("/jobs") });
    expect(await pollAll()).toMatchObject([
      { state: "read", objects: 1 },
      { state: "failed", code: "unavailable" },
      { state: "read", objects: 1 },
    ]);
    expect(events).toEqual([]);
    expect(await pollAll()).toMatchObject([{ state: "read" }, { state: "read", events: 1 }, { state: "read" }]);
    expect(events.map(({ kind, event }) => `${kind} ${event}`)).toEqual(["Job Created"]);
  });

  test("on clusters of their own are read from them", async () => {
    await using prod = await openScene();
    await using lab = await openScene();
    create(prod.server, { one: RUNNING });
    create(lab.server, { one: RUNNING, two: RUNNING });
    const clusters = new Map([
      ["prod", prod.cluster],
      ["lab", lab.cluster],
    ]);
    const services = { store: prod.store, now: () => prod.clock.now, pause: async () => {}, onEvent: () => {} };
    const watches = [
      { ...WATCH, cluster: "lab" },
      { ...WATCH, cluster: "prod" },
    ];
    const results = await poll(services, (name) => clusters.get(name)!, watches, SIGNAL);
    expect(results).toMatchObject([{ objects: 2 }, { objects: 1 }]);
    expect((await prod.store.watches()).map(({ scope }) => scope)).toEqual(watches.map(scopeId));
  });
});

test("a tick that is aborted throws the reason, keeps nothing of what it read, and gives its scope back", async () => {
  await using scene = await openScene();
  const stop = new AbortController();
  const when = () => {
    stop.abort(new Error("enough"));
    return true;
  };
  scene.server.fail({ hang: true, when });
  const services = { store: scene.store, now: () => scene.clock.now, pause: async () => {}, onEvent: () => {} };
  const poller = () => poll(services, () => scene.cluster, [WATCH], stop.signal);
  await expect(poller()).rejects.toThrow("enough");
  expect(await rowsOf(scene)).toEqual(new Map());
  expect(await scene.store.watches()).toEqual([{ scope: scopeId(WATCH), kind: kindKey(WATCH), failures: 0 }]);
  expect(await claimedScope(scene.store, scopeId(WATCH))).toMatchObject({ interrupted: false });
  await expect(poller()).rejects.toThrow("enough");
  expect(scene.server.requestCount).toBe(1);
});

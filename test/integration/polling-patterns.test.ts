import { describe, expect, test } from "vitest";
import { tfJob } from "#jobs/kinds/kubeflow";
import { type Watch, watchId } from "#polling/watch";
import { everythingTo } from "#routing/route";
import type { ApiServer } from "#sim/api-server";
import type { Store } from "#store/store";
import { conditions } from "../unit/jobs/objects.ts";
import { openScene, type Scene, wordsOf } from "../unit/polling/scene.ts";

const RUNNING = "Created=True@1 Running=True@3";
const SUCCEEDED = "Created=True@1 Running=False@3 Succeeded=True@9";
const PATTERN: Partial<Watch> = { namespace: "ml-*", exclude: ["ml-old"] };
const FOLLOW: Partial<Watch> = { follow: { resyncMs: 3_600_000 } };
const WAYS: readonly (readonly [string, Partial<Watch>])[] = [
  ["that lists", PATTERN],
  ["that follows changes", { ...PATTERN, ...FOLLOW }],
];

/** Creates jobs, `ml-a/mnist`, or gives them other conditions. */
function put(server: ApiServer, jobs: Record<string, string>, labels: Record<string, string> = {}): void {
  for (const [key, text] of Object.entries(jobs)) {
    const [namespace = "", name = ""] = key.split("/");
    const status = { conditions: conditions(text) };
    if (server.get(tfJob.resource, namespace, name) === undefined)
      server.create(tfJob.resource, { metadata: { namespace, name, labels }, spec: {}, status });
    else
      server.update(tfJob.resource, namespace, name, (draft) => {
        draft.status = status;
      });
  }
}

function remove(server: ApiServer, ...keys: readonly string[]): void {
  for (const key of keys) {
    const [namespace = "", name = ""] = key.split("/");
    server.remove(tfJob.resource, namespace, name);
  }
}

async function openPattern(watch: Partial<Watch> = PATTERN, jobs: Record<string, string> = {}): Promise<Scene> {
  const scene = await openScene({ watch });
  put(scene.server, jobs);
  await scene.tick();
  return scene;
}

/** What a tick said, with the namespace of each job. */
async function said(scene: Scene, watch?: Partial<Watch>): Promise<readonly string[]> {
  const { length } = scene.events;
  await scene.said(watch);
  return scene.events.slice(length).map((event) => `${event.namespace}/${wordsOf(event)}`);
}

const pathsOf = ({ server }: Scene, from: number) =>
  server.requests.slice(from - server.requestCount).map(({ path }) => path.replace(/\?.*/, ""));

const idOf = (watch: Partial<Watch>) => watchId({ cluster: "prod", kind: tfJob, namespace: "", ...watch } as Watch);

/** A store, and which of its methods were called. */
function counted(store: Store): { readonly store: Store; readonly calls: string[] } {
  const calls: string[] = [];
  const count = <A extends unknown[], T>(name: string, call: (...parts: A) => T) => {
    return (...parts: A) => {
      calls.push(name);
      return call(...parts);
    };
  };
  return {
    calls,
    store: {
      ...store,
      claimScope: count("claimScope", store.claimScope),
      renewScope: count("renewScope", store.renewScope),
      finishScope: count("finishScope", store.finishScope),
      jobs: count("jobs", store.jobs),
      advance: count("advance", store.advance),
    },
  };
}

describe.each(WAYS)("a pattern %s", (_way, watch) => {
  test("says what happens in each namespace that it matches, also in one that is new, and nothing of any other", async () => {
    await using scene = await openPattern(watch, { "ml-a/mnist": RUNNING, "ml-old/x": RUNNING, "research/x": RUNNING });
    put(scene.server, { "ml-a/mnist": SUCCEEDED, "ml-old/x": SUCCEEDED, "research/x": SUCCEEDED });
    put(scene.server, { "ml-new/mnist": RUNNING, "ml-old/y": RUNNING, "kube-system/y": RUNNING });
    expect((await said(scene)).toSorted()).toEqual([
      "ml-a/mnist Succeeded@9",
      "ml-new/mnist Created@1",
      "ml-new/mnist Running@3",
    ]);
    expect([...(await scene.store.jobs(idOf(watch))).keys()].toSorted()).toEqual(["ml-a/mnist", "ml-new/mnist"]);
  });

  test("asks once for all namespaces", async () => {
    await using scene = await openPattern(watch);
    const from = scene.server.requestCount;
    put(scene.server, { "ml-a/mnist": RUNNING, "ml-b/mnist": RUNNING });
    await scene.said();
    expect(pathsOf(scene, from)).toEqual(["/apis/kubeflow.org/v1/tfjobs"]);
  });

  test("counts only what lies within", async () => {
    await using scene = await openPattern(watch);
    put(scene.server, { "ml-a/mnist": RUNNING, "research/a": RUNNING, "research/b": RUNNING });
    expect(await scene.tick()).toMatchObject({ objects: 1, events: 2 });
  });

  test("takes jobs of one name in two namespaces for two", async () => {
    await using scene = await openPattern(watch, { "ml-a/mnist": RUNNING, "ml-b/mnist": RUNNING });
    put(scene.server, { "ml-a/mnist": SUCCEEDED });
    remove(scene.server, "ml-b/mnist");
    expect((await said(scene)).toSorted()).toEqual(["ml-a/mnist Succeeded@9", "ml-b/mnist Vanished"]);
  });

  test("takes an unfinished job that is gone for vanished without looking it up", async () => {
    await using scene = await openPattern(watch, { "ml-a/mnist": RUNNING, "ml-a/done": SUCCEEDED, "nlp/x": RUNNING });
    const from = scene.server.requestCount;
    remove(scene.server, "ml-a/mnist", "ml-a/done", "nlp/x");
    expect(await said(scene)).toEqual(["ml-a/mnist Vanished"]);
    expect(new Set(pathsOf(scene, from))).toEqual(new Set(["/apis/kubeflow.org/v1/tfjobs"]));
  });

  test("looks a job that left the selector up in its own namespace", async () => {
    const selected = { ...watch, labelSelector: "team=vision" };
    await using scene = await openScene({ watch: selected });
    put(scene.server, { "ml-a/left": RUNNING, "ml-b/gone": RUNNING, "ml-b/stays": RUNNING }, { team: "vision" });
    await scene.tick();
    const from = scene.server.requestCount;
    scene.server.update(tfJob.resource, "ml-a", "left", ({ metadata }) => {
      metadata.labels = {};
    });
    remove(scene.server, "ml-b/gone");
    expect(await said(scene)).toEqual(["ml-b/gone Vanished"]);
    expect(pathsOf(scene, from).slice(1).toSorted()).toEqual([
      "/apis/kubeflow.org/v1/namespaces/ml-a/tfjobs/left",
      "/apis/kubeflow.org/v1/namespaces/ml-b/tfjobs/gone",
    ]);
  });

  test("does not hear of an object that cannot be read outside, and of one inside it does", async () => {
    await using scene = await openPattern(watch, { "ml-a/mnist": RUNNING, "research/mnist": RUNNING });
    for (const namespace of ["ml-a", "research"])
      scene.server.update(tfJob.resource, namespace, "mnist", (draft) => {
        draft.status = { conditions: "none" };
      });
    expect(await scene.tick()).toMatchObject({
      ...{ objects: 1, events: 0 },
      unreadable: [expect.stringMatching(/^ml-a\/mnist: status\.conditions/)],
    });
  });

  test("writes and reads nothing but its scope while only others change", async () => {
    await using scene = await openPattern(watch, { "ml-a/mnist": RUNNING, "research/x": RUNNING });
    put(scene.server, { "research/x": SUCCEEDED, "research/y": RUNNING, "ml-old/z": RUNNING });
    remove(scene.server, "research/y");
    const { store, calls } = counted(scene.store);
    expect(await scene.tick({}, store)).toMatchObject({ state: "read", objects: watch.follow ? 0 : 1, events: 0 });
    expect(calls).toEqual(["claimScope", "finishScope"]);
    expect((await scene.store.watches())[0]?.cursor?.resourceVersion).toBe(scene.server.resourceVersion);
  });
});

test("a pattern that follows goes on from what changed last, in whatever namespace", async () => {
  await using scene = await openPattern({ ...PATTERN, ...FOLLOW });
  put(scene.server, { "ml-a/mnist": RUNNING });
  put(scene.server, { "research/x": RUNNING });
  expect(await said(scene)).toHaveLength(2);
  const { resourceVersion, requestCount } = scene.server;
  await scene.tick();
  const { path = "" } = scene.server.requests.at(requestCount - scene.server.requestCount) ?? {};
  expect(path).toContain(`watch=1&resourceVersion=${resourceVersion}&`);
});

describe("a list of all namespaces", () => {
  test("in which suddenly nothing is, is read again before anything has vanished", async () => {
    await using scene = await openPattern(PATTERN, { "ml-a/mnist": RUNNING, "research/x": RUNNING });
    scene.server.fail({ empty: true });
    expect(await said(scene)).toEqual([]);
    expect(scene.pauses).toEqual([1000]);
    put(scene.server, { "ml-a/mnist": SUCCEEDED });
    expect(await said(scene)).toEqual(["ml-a/mnist Succeeded@9"]);
  });

  test("in which nothing was that matches is not", async () => {
    await using scene = await openPattern(PATTERN, { "research/x": RUNNING });
    scene.server.fail({ empty: true });
    expect(await said(scene)).toEqual([]);
    expect(scene.pauses).toEqual([]);
  });

  test("is read page by page to its end", async () => {
    const jobs = ["ml-a", "ml-b", "nlp", "research"].flatMap((ns) => [1, 2, 3].map((n) => [`${ns}/j${n}`, RUNNING]));
    await using scene = await openScene({ watch: { ...PATTERN, pageSize: 2, firstTick: "announce" } });
    put(scene.server, Object.fromEntries(jobs));
    expect((await said(scene)).map((words) => words.split(" ")[0]).toSorted()).toEqual([
      "ml-a/j1",
      "ml-a/j2",
      "ml-a/j3",
      "ml-b/j1",
      "ml-b/j2",
      "ml-b/j3",
    ]);
    expect(scene.server.requestCount).toBe(6);
  });

  test("that may not be read says what to do, in one line", async () => {
    const users = [{ name: "reader", token: "t", namespaces: ["ml-a", "ml-b"] }];
    await using scene = await openScene({ watch: { ...PATTERN, ...FOLLOW }, token: "t", server: { users } });
    const result = await scene.tick();
    expect(result).toMatchObject({
      ...{ state: "failed", code: "forbidden" },
      message: expect.stringMatching(
        /^cluster "prod" does not let this account list tfjobs\.kubeflow\.org in all namespaces \(403\).*: give it a ClusterRole that allows verb "list" on resource "tfjobs" of apiGroup "kubeflow\.org", by a ClusterRoleBinding, or name the namespaces one by one$/,
      ),
    });
    expect(await scene.tick({ namespace: "ml-a" })).toMatchObject({ state: "read" });
  });

  test("is read where changes may not be told, and that is said", async () => {
    const users = [{ name: "lister", token: "t", verbs: ["list"] as const }];
    await using scene = await openScene({ watch: { ...PATTERN, ...FOLLOW }, token: "t", server: { users } });
    put(scene.server, { "ml-a/mnist": RUNNING, "research/x": RUNNING });
    await scene.tick();
    put(scene.server, { "ml-a/mnist": SUCCEEDED, "research/x": SUCCEEDED });
    expect(await scene.tick()).toMatchObject({ state: "read", refused: true, objects: 1, events: 1 });
  });
});

test("another pattern, or another exclusion, begins with a silent look of its own, and nothing has vanished", async () => {
  await using scene = await openPattern({ namespace: "*" }, { "ml-a/mnist": RUNNING, "research/x": RUNNING });
  for (const narrower of [{ namespace: "ml-*" }, { namespace: "*", exclude: ["research"] }]) {
    expect(await scene.tick(narrower)).toMatchObject({ first: true, events: 0, objects: 1 });
    expect(await said(scene, narrower)).toEqual([]);
  }
});

test("an event that a pattern and a name both cover takes a route of each, and reaches a receiver once", async () => {
  await using scene = await openScene();
  const all = { namespace: "*", routes: [everythingTo(["chat", "audit"])] };
  const one = { namespace: "ml-a", routes: [everythingTo(["chat", "team"])] };
  const tickBoth = async () => [await scene.said(all), await scene.said(one)];
  await tickBoth();
  put(scene.server, { "ml-a/mnist": RUNNING });
  const words = ["mnist Created@1", "mnist Running@3"];
  expect(await tickBoth()).toEqual([words, words]);
  put(scene.server, { "ml-a/mnist": SUCCEEDED });
  await tickBoth();
  const delivered = await scene.delivered();
  for (const receiver of ["audit", "chat", "team"])
    expect(delivered.filter((each) => each.startsWith(receiver))).toEqual(
      [...words, "mnist Succeeded@9"].map((each) => `${receiver} ${each}`),
    );
});

import { describe, expect, test } from "vitest";
import { batchJob } from "#jobs/kinds/batch-job";
import type { Watch } from "#polling/watch";
import { watchId } from "#polling/watch";
import type { ApiRequest } from "#sim/request";
import { rowOf } from "../support/store-steps.ts";
import {
  change,
  create,
  openScene,
  relabel,
  remove,
  type Scene,
  touch,
  WATCH,
  wordsOf,
} from "../unit/polling/scene.ts";

const CREATED = "Created=True@1";
const RUNNING = "Created=True@1 Running=True@3";
const RESTARTING = "Created=True@1 Restarting=True@5";
const RUNNING_AGAIN = "Created=True@1 Running=True@7";
const SUCCEEDED = "Created=True@1 Running=False@7 Succeeded=True@9";
const HOUR = 3_600_000;
const FOLLOWED: Partial<Watch> = { follow: { resyncMs: HOUR } };
const SELECTED: Partial<Watch> = { ...FOLLOWED, labelSelector: "team=vision" };

const isWatch = ({ path }: ApiRequest) => path.includes("watch=1");

/** A scene after its first tick, which lists. */
async function openFollowed(watch: Partial<Watch> = FOLLOWED, jobs: Record<string, string> = {}): Promise<Scene> {
  const scene = await openScene({ watch });
  create(scene.server, jobs, { team: "vision" });
  await scene.tick();
  return scene;
}

/** What the server was asked while `act` went on: `list`, `watch 1003`, `get`. */
async function asked({ server }: Scene, act: () => Promise<unknown>): Promise<readonly string[]> {
  const { requestCount } = server;
  await act();
  return server.requests.slice(requestCount - server.requestCount).map(({ path }) => {
    const { pathname, searchParams } = new URL(path, "http://server");
    if (searchParams.has("watch")) return `watch ${searchParams.get("resourceVersion")}`;
    return pathname.endsWith("/tfjobs") ? "list" : "get";
  });
}

describe("a tick that follows", () => {
  test("asks for what changed since the last one, and for nothing else", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
    const { resourceVersion } = scene.server;
    const idle = await asked(scene, async () =>
      expect(await scene.tick()).toMatchObject({ objects: 0, partial: true }),
    );
    expect(idle).toEqual([`watch ${resourceVersion}`]);
    change(scene.server, { mnist: SUCCEEDED });
    const busy = await asked(scene, async () =>
      expect(await scene.said()).toEqual(["mnist Running@7", "mnist Succeeded@9"]),
    );
    expect(busy).toEqual([`watch ${resourceVersion}`]);
    expect(await asked(scene, () => scene.said())).toEqual([`watch ${scene.server.resourceVersion}`]);
  });

  test("of which nothing changed reads less than 2 kB in one request, whatever there is", async () => {
    const jobs = Array.from({ length: 200 }, (_, index) => [`job-${index}`, RUNNING] as const);
    await using scene = await openFollowed(FOLLOWED, Object.fromEntries(jobs));
    const before = scene.cluster.traffic();
    await scene.tick();
    const { requests, bytesRead } = scene.cluster.traffic();
    expect(requests - before.requests).toBe(1);
    expect(bytesRead - before.bytesRead).toBeLessThan(2000);
  });

  test("says the steps of versions that only the server saw, in their order, by one write a job", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: CREATED });
    for (const life of [RUNNING, RESTARTING, RUNNING_AGAIN, SUCCEEDED]) change(scene.server, { mnist: life });
    let writes = 0;
    const advance: typeof scene.store.advance = (step) => {
      writes += 1;
      return scene.store.advance(step);
    };
    expect(await scene.tick({}, { ...scene.store, advance })).toMatchObject({ objects: 4, events: 4 });
    const expected = ["mnist Running@3", "mnist Restarting@5", "mnist Running@7", "mnist Succeeded@9"];
    expect(await scene.delivered()).toEqual(expected.map((words) => `chat ${words}`));
    expect(writes).toBe(1);
  });

  test("writes a job of which there is too much to say for one write in several", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: CREATED });
    const expected: string[] = [];
    for (let at = 3; at < 103; at += 1) {
      const type = at % 2 === 1 ? "Running" : "Restarting";
      change(scene.server, { mnist: `Created=True@1 ${type}=True@${at}` });
      expected.push(`mnist ${type}@${at}`);
    }
    const sizes: number[] = [];
    const advance: typeof scene.store.advance = (step) => {
      sizes.push(step.deliveries.length);
      return scene.store.advance(step);
    };
    await scene.tick({}, { ...scene.store, advance });
    expect(scene.events.map(wordsOf)).toEqual(expected);
    // A transaction of DynamoDB holds 99 of them beside the job, and there may be several receivers.
    expect(Math.max(...sizes)).toBeLessThan(12);
    expect(await scene.said()).toEqual([]);
  });

  test("reads no row and writes nothing but its scope, where nothing changed", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
    const calls: string[] = [];
    const counted = new Proxy(scene.store, {
      get(store, name, receiver) {
        calls.push(String(name));
        return Reflect.get(store, name, receiver);
      },
    });
    await scene.tick({}, counted);
    expect(calls).toEqual(["claimScope", "finishScope"]);
  });

  test("writes nothing for versions in which nothing is new", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
    const before = await rowOf(scene.store, watchId(WATCH), "ml/mnist");
    for (let nth = 0; nth < 3; nth += 1) touch(scene.server, "mnist");
    expect(await scene.tick()).toMatchObject({ objects: 3, events: 0 });
    expect(await rowOf(scene.store, watchId(WATCH), "ml/mnist")).toEqual(before);
  });

  test("says of a job that came and went all that it did", async () => {
    await using scene = await openFollowed();
    create(scene.server, { mnist: RUNNING });
    remove(scene.server, "mnist");
    expect(await scene.said()).toEqual(["mnist Created@1", "mnist Running@3", "mnist Vanished"]);
    expect(await rowOf(scene.store, watchId(WATCH), "ml/mnist")).toBeUndefined();
  });

  test("forgets a finished job that is deleted without a word, also where its end is seen in the same look", async () => {
    await using scene = await openFollowed(FOLLOWED, { done: SUCCEEDED, mnist: RUNNING });
    change(scene.server, { mnist: SUCCEEDED });
    remove(scene.server, "done", "mnist");
    expect(await scene.said()).toEqual(["mnist Running@7", "mnist Succeeded@9"]);
    expect(await scene.store.jobs(watchId(WATCH))).toEqual(new Map());
  });

  test("takes a name that is used again for another job", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
    remove(scene.server, "mnist");
    create(scene.server, { mnist: CREATED });
    expect(await scene.said()).toEqual(["mnist Vanished", "mnist Created@1"]);
    expect(new Set(scene.events.map(({ uid }) => uid)).size).toBe(2);
  });

  test("complains of what cannot be read, and tells the rest", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING, other: RUNNING });
    scene.server.update(WATCH.kind.resource, "ml", "mnist", (draft) => {
      draft.status = { conditions: "none" };
    });
    change(scene.server, { other: SUCCEEDED });
    expect(await scene.tick()).toMatchObject({
      ...{ state: "read", events: 2, unreadable: [expect.stringMatching(/^ml\/mnist: /)] },
    });
    // It goes unread and is gone: its row says what it was.
    remove(scene.server, "mnist");
    expect(await scene.said()).toEqual(["mnist Vanished"]);
  });

  test("has what could not be read compared by the next list", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
    change(scene.server, { mnist: SUCCEEDED });
    const kind = { ...WATCH.kind, read: (object: unknown) => WATCH.kind.read({ ...(object as object), status: 7 }) };
    expect(await scene.tick({ kind })).toMatchObject({ events: 0, unreadable: [expect.any(String)] });
    expect(await scene.said()).toEqual([]);
    scene.clock.now += HOUR;
    expect(await scene.said()).toEqual(["mnist Running@7", "mnist Succeeded@9"]);
  });
});

describe("where the server has forgotten the version, all is listed in the same tick:", () => {
  test.each<readonly [string, (scene: Scene) => void]>([
    ["410 before the stream", ({ server }) => server.fail({ status: 410, when: isWatch })],
    ["an error line within it", ({ server }) => server.forgetHistory()],
    ["after a restart", ({ server }) => server.restart()],
  ])("%s", async (_what, forget) => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING, gone: RUNNING });
    change(scene.server, { mnist: SUCCEEDED });
    remove(scene.server, "gone");
    create(scene.server, { young: CREATED });
    forget(scene);
    const requests = await asked(scene, async () =>
      expect((await scene.said()).toSorted()).toEqual([
        ...["gone Vanished", "mnist Running@7", "mnist Succeeded@9", "young Created@1"],
      ]),
    );
    expect(requests).toEqual([expect.stringContaining("watch"), "list"]);
    expect(await asked(scene, () => scene.said())).toEqual([`watch ${scene.server.resourceVersion}`]);
  });
});

test("a list that shows what the list before showed is compared where changes came between them", async () => {
  await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
  create(scene.server, { young: RUNNING });
  expect(await scene.said()).toEqual(["young Created@1", "young Running@3"]);
  remove(scene.server, "young");
  scene.server.forgetHistory();
  expect(await scene.said()).toEqual(["young Vanished"]);
});

test.each<readonly [string, boolean]>([
  ["a list showed", true],
  ["was told", false],
])("what %s and somebody else's write came before is said by the next tick", async (_what, forgets) => {
  await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
  change(scene.server, { mnist: RESTARTING });
  if (forgets) scene.server.forgetHistory();
  expect(await scene.tick({}, { ...scene.store, advance: async () => "stale" })).toMatchObject({ events: 0 });
  expect(await scene.said()).toEqual(["mnist Restarting@5"]);
});

describe("after a holder that died when all was written but how far it came,", () => {
  const dying: Partial<Scene["store"]> = {
    finishScope: async () => {
      throw new Error("died");
    },
  };

  test("a server that is away and comes back makes nothing of it said again", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: CREATED });
    remove(scene.server, "mnist");
    await expect(scene.tick({}, { ...scene.store, ...dying })).rejects.toThrow("died");
    scene.server.fail({ status: 401, when: isWatch });
    expect(await scene.tick()).toMatchObject({ state: "failed" });
    expect(await scene.said()).toEqual([]);
    expect(await scene.delivered()).toEqual(["chat mnist Vanished"]);
  });

  test("a tick of other kinds only makes nothing of it said again", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: CREATED });
    remove(scene.server, "mnist");
    await expect(scene.tick({}, { ...scene.store, ...dying })).rejects.toThrow("died");
    await scene.said({ kind: batchJob });
    expect(await scene.said()).toEqual([]);
    expect(await scene.delivered()).toEqual(["chat mnist Vanished"]);
  });

  test("a job that came back to the selector and is gone is not taken for a new one", async () => {
    await using scene = await openFollowed(SELECTED, { mnist: CREATED });
    relabel(scene.server, "mnist", { team: "speech" });
    await scene.said();
    relabel(scene.server, "mnist", { team: "vision" });
    remove(scene.server, "mnist");
    await expect(scene.tick({}, { ...scene.store, ...dying })).rejects.toThrow("died");
    expect(await scene.said()).toEqual([]);
    expect(await scene.delivered()).toEqual(["chat mnist Vanished"]);
  });
});

describe("a stream that breaks", () => {
  test("within a line is gone on from where it broke, at once", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
    change(scene.server, { mnist: RESTARTING });
    const { resourceVersion } = scene.server;
    change(scene.server, { mnist: RUNNING_AGAIN });
    scene.server.fail({ halfLine: true, when: isWatch });
    const requests = await asked(scene, async () =>
      expect(await scene.said()).toEqual(["mnist Restarting@5", "mnist Running@7"]),
    );
    expect(requests.at(-1)).toBe(`watch ${resourceVersion}`);
    expect(requests).toHaveLength(2);
  });

  test("again and again before it says anything is done without: a list comes through", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
    change(scene.server, { mnist: SUCCEEDED });
    scene.server.fail({ resetAfter: 10, times: 10, when: isWatch });
    const requests = await asked(scene, async () =>
      expect(await scene.said()).toEqual(["mnist Running@7", "mnist Succeeded@9"]),
    );
    expect(requests.filter((request) => request === "list")).toHaveLength(1);
    expect(requests).toHaveLength(4);
  });

  test.each([401, 429])("before it begins, by %i, fails the tick, and the next one tells all", async (status) => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
    change(scene.server, { mnist: SUCCEEDED });
    scene.server.fail({ status, headers: { "retry-after": "60" }, when: isWatch });
    const requests = await asked(scene, async () => expect(await scene.tick()).toMatchObject({ state: "failed" }));
    expect(requests).not.toContain("list");
    const next = await asked(scene, async () =>
      expect(await scene.said()).toEqual(["mnist Running@7", "mnist Succeeded@9"]),
    );
    expect(next).toEqual(requests);
  });
});

describe("a server that refuses to be watched", () => {
  const LISTER = { name: "lister", token: "tok-1", verbs: ["list"] } as const;

  test("for want of a permission is listed, and asked again when everything is due to be listed", async () => {
    await using scene = await openScene({ server: { users: [LISTER] }, token: "tok-1", watch: FOLLOWED });
    create(scene.server, { mnist: RUNNING });
    await scene.tick();
    change(scene.server, { mnist: SUCCEEDED });
    const first = await asked(scene, async () =>
      expect(await scene.tick()).toMatchObject({ events: 2, refused: true }),
    );
    expect(first).toEqual([expect.stringContaining("watch"), "list"]);
    const later = await asked(scene, async () => expect(await scene.tick()).toMatchObject({ refused: true }));
    expect(later).toEqual(["list"]);
    scene.clock.now += HOUR;
    expect(await asked(scene, () => scene.tick())).toEqual([expect.stringContaining("watch"), "list"]);
  });

  test.each([400, 403, 405])("by %i for a while is followed again later", async (status) => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
    scene.server.fail({ status, when: isWatch });
    expect(await scene.tick()).toMatchObject({ state: "read", refused: true });
    scene.clock.now += HOUR;
    expect(await scene.tick()).not.toHaveProperty("refused");
    expect(await asked(scene, () => scene.tick())).toEqual([`watch ${scene.server.resourceVersion}`]);
  });

  test("by an error of its own is listed, and asked again at once", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
    scene.server.fail({ status: 500, when: isWatch });
    expect(await asked(scene, () => scene.tick())).toEqual([expect.stringContaining("watch"), "list"]);
    expect(await asked(scene, () => scene.tick())).toEqual([expect.stringContaining("watch")]);
  });

  test("is not asked where that is not wanted", async () => {
    await using scene = await openScene();
    await scene.tick();
    expect(await asked(scene, () => scene.tick())).toEqual(["list"]);
  });
});

describe("everything is listed all the same", () => {
  test("after the time that is configured, after what changed was read", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
    scene.clock.now += HOUR;
    for (const life of [RESTARTING, RUNNING_AGAIN]) change(scene.server, { mnist: life });
    const requests = await asked(scene, async () =>
      expect(await scene.said()).toEqual(["mnist Restarting@5", "mnist Running@7"]),
    );
    expect(requests).toEqual([expect.stringContaining("watch"), "list"]);
    expect(await asked(scene, () => scene.tick())).toEqual([`watch ${scene.server.resourceVersion}`]);
  });

  test("so that a server which was put back to an older version is heard again", async () => {
    await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
    const [health] = await scene.store.watches();
    const claimed = await scene.store.claimScope(health?.scope ?? "", { until: 0 }, scene.clock.now);
    if (claimed === "busy" || health?.cursor === undefined) throw new Error("no cursor");
    const cursor = { ...health.cursor, resourceVersion: "900000" };
    await scene.store.finishScope(claimed.claim, new Map([[health.kind, { cursor, failures: 0 }]]));
    change(scene.server, { mnist: SUCCEEDED });
    expect(await scene.said()).toEqual([]);
    scene.clock.now += HOUR;
    expect(await scene.said()).toEqual(["mnist Running@7", "mnist Succeeded@9"]);
    change(scene.server, { mnist: "Created=True@1 Failed=True@11" });
    expect(await scene.said()).toEqual(["mnist Failed@11"]);
  });
});

describe("with a selector, a job that is told to be deleted", () => {
  test("and lives on without the label is left alone, and hears nothing of its return", async () => {
    await using scene = await openFollowed(SELECTED, { mnist: RUNNING });
    relabel(scene.server, "mnist", { team: "speech" });
    const requests = await asked(scene, async () => expect(await scene.said()).toEqual([]));
    expect(requests).toEqual([expect.stringContaining("watch"), "get"]);
    relabel(scene.server, "mnist", { team: "vision" });
    expect(await scene.said()).toEqual([]);
    change(scene.server, { mnist: SUCCEEDED });
    expect(await scene.said()).toEqual(["mnist Running@7", "mnist Succeeded@9"]);
  });

  test("and is back already is not looked up", async () => {
    await using scene = await openFollowed(SELECTED, { mnist: RUNNING });
    relabel(scene.server, "mnist", { team: "speech" });
    relabel(scene.server, "mnist", { team: "vision" });
    const requests = await asked(scene, async () => expect(await scene.said()).toEqual([]));
    expect(requests).toHaveLength(1);
  });

  test("and is gone has vanished, after what it did last", async () => {
    await using scene = await openFollowed(SELECTED, { mnist: CREATED });
    change(scene.server, { mnist: RUNNING });
    remove(scene.server, "mnist");
    expect(await scene.said()).toEqual(["mnist Running@3", "mnist Vanished"]);
  });

  test("and has finished is not looked up, and says nothing", async () => {
    await using scene = await openFollowed(SELECTED, { mnist: RUNNING });
    change(scene.server, { mnist: SUCCEEDED });
    remove(scene.server, "mnist");
    const requests = await asked(scene, async () =>
      expect(await scene.said()).toEqual(["mnist Running@7", "mnist Succeeded@9"]),
    );
    expect(requests).toHaveLength(1);
  });

  test("and cannot be looked up fails the tick when the others are told, and nothing is said twice", async () => {
    await using scene = await openFollowed(SELECTED, { mnist: RUNNING, other: RUNNING });
    remove(scene.server, "mnist");
    change(scene.server, { other: SUCCEEDED });
    scene.server.fail({ status: 403, when: ({ path }) => path.endsWith("/mnist") });
    expect(await scene.tick()).toMatchObject({ state: "failed", code: "forbidden" });
    expect(scene.events).toHaveLength(2);
    expect(await scene.said()).toEqual(["mnist Vanished"]);
  });
});

test("now and then a look waits for the server's end, for what is held back on the way", async () => {
  await using scene = await openFollowed(FOLLOWED, { mnist: RUNNING });
  const seconds: (string | null)[] = [];
  for (let tick = 0; tick < 10; tick += 1) {
    await scene.tick();
    const { searchParams } = new URL(scene.server.requests.at(-1)?.path ?? "", "http://server");
    seconds.push(searchParams.get("timeoutSeconds"));
  }
  expect(seconds.filter((each) => each === "1")).toHaveLength(1);
});

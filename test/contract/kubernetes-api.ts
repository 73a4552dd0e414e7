import { describe, expect, test } from "vitest";
import type { Resource } from "#jobs/job";
import { batchJob } from "#jobs/kinds/batch-job";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import { type Answered, ask, type RecordedRequest } from "../support/recordings.ts";

/**
 * What is in the namespace `ml-team`: `seven` jobs j0 to j6 that are left alone; or three jobs j0 to j2, and either
 * nothing happens after version `from` (`idle`), or j0 gets a label, jx is created and jx is deleted (`changed`).
 */
export type Scene = "seven" | "idle" | "changed";

export interface OpenedApi {
  readonly url: string;
  /** The version to watch from. */
  readonly from: string;
  /** A version that the server has not come to. */
  readonly future: string;
  close(): Promise<void>;
}

interface Listed {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  readonly items: readonly KubeItem[];
}

interface KubeItem {
  readonly kind?: string;
  readonly metadata: { name: string; resourceVersion: string; labels?: Record<string, string>; annotations?: object };
}

interface WatchEvent {
  readonly type: string;
  readonly object: KubeItem & { readonly code?: number; readonly reason?: string };
}

type Api = OpenedApi & {
  get(rest: string, as?: string): Promise<Answered>;
  patch(name: string, body: unknown, contentType?: string): Promise<Answered>;
};

const MERGE_PATCH = "application/merge-patch+json";
const SEVEN = ["j0", "j1", "j2", "j3", "j4", "j5", "j6"];
const KINDS: readonly (readonly [string, Resource])[] = [batchJob, tfJob, pyTorchJob].map(({ resource }) => [
  resource.kind,
  resource,
]);

/** What a client of the Kubernetes API may rely on. Every server that is used in its place has to pass. */
export function kubernetesApiContract(name: string, open: (scene: Scene, resource: Resource) => Promise<OpenedApi>) {
  describe.concurrent.each(KINDS)(`the Kubernetes API as ${name} speaks it, for %s`, (_kind, resource) => {
    const within = async (scene: Scene, check: (api: Api) => Promise<unknown>) => {
      const opened = await open(scene, resource);
      try {
        await check(apiOf(opened, resource));
      } finally {
        await opened.close();
      }
    };
    lists(resource, within);
    pages(resource, within);
    objects(resource, within);
    patches(resource, within);
    refusals(resource, within);
    watches(resource, within);
  });
}

type Within = (scene: Scene, check: (api: Api) => Promise<unknown>) => Promise<void>;

function apiOf(opened: OpenedApi, resource: Resource): Api {
  const collection = `/apis/${resource.group}/${resource.version}/namespaces/ml-team/${resource.plural}`;
  const pathOf = (rest: string) => (rest.startsWith("/apis") ? rest : collection + rest);
  return {
    ...opened,
    get: (rest, as = "admin") => ask(opened.url, { method: "GET", path: pathOf(rest), as }),
    patch: (name, body, contentType = MERGE_PATCH) => {
      const request: RecordedRequest = { method: "PATCH", path: pathOf(`/${name}`), body };
      return ask(opened.url, { ...request, headers: { "content-type": contentType } });
    },
  };
}

function lists(resource: Resource, within: Within) {
  const isJob = resource.group === "batch";

  test("lists the jobs of a namespace by name, with one version for the whole list", () =>
    within("seven", async ({ get }) => {
      const answer = await get("");
      const list = listIn(answer);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("application/json");
      expect([list.kind, list.apiVersion]).toEqual([`${resource.kind}List`, `${resource.group}/${resource.version}`]);
      expect(namesIn(list)).toEqual(SEVEN);
      expect(list.metadata.resourceVersion).toMatch(/^\d+$/);
    }));

  test(`names the kind of ${isJob ? "no item" : "every item"} of a list`, () =>
    within("seven", async ({ get }) => {
      const kinds = new Set(listIn(await get("")).items.map(({ kind }) => kind));
      expect([...kinds]).toEqual([isJob ? undefined : resource.kind]);
    }));

  test("lists a namespace that does not exist as an empty one", () =>
    within("seven", async ({ get }) => {
      const answer = await get(`/apis/${resource.group}/v1/namespaces/no-such-namespace/${resource.plural}`);
      expect(answer.status).toBe(200);
      expect(listIn(answer).items).toEqual([]);
    }));

  test("gives the whole list at version 0, whatever the limit", () =>
    within("seven", async ({ get }) => {
      const list = listIn(await get("?resourceVersion=0&limit=2"));
      expect(list.items).toHaveLength(7);
      expect(list.metadata.continue || undefined).toBeUndefined();
    }));

  test("finds one job by its name", () =>
    within("seven", async ({ get }) => {
      expect(namesIn(listIn(await get("?fieldSelector=metadata.name%3Dj2")))).toEqual(["j2"]);
    }));

  test("asks to come back for a version that is still to come", () =>
    within("seven", async ({ get, future }) => {
      const answer = await get(`?resourceVersion=${future}&resourceVersionMatch=NotOlderThan`);
      expect(answer.headers.get("retry-after")).toBe("1");
      expectStatus(answer, 504, "Timeout");
    }));
}

function pages(resource: Resource, within: Within) {
  test("cuts a list into pages of one moment that together are the whole list", () =>
    within("seven", async ({ get }) => {
      const read: Listed[] = [];
      let next: string | undefined = "";
      while (next !== undefined) {
        const page = listIn(await get(`?limit=2${next && `&continue=${encodeURIComponent(next)}`}`));
        read.push(page);
        next = page.metadata.continue || undefined;
      }
      expect(read.flatMap(namesIn)).toEqual(SEVEN);
      expect(new Set(read.map(({ metadata }) => metadata.resourceVersion)).size).toBe(1);
      expect(read.map(({ metadata }) => metadata.remainingItemCount)).toEqual([5, 3, 1, undefined]);
    }));

  test(`ends a list with ${resource.group === "batch" ? "no continue" : "an empty continue"}`, () =>
    within("seven", async ({ get }) => {
      const { metadata } = listIn(await get(""));
      expect(metadata.continue).toBe(resource.group === "batch" ? undefined : "");
      expect(metadata.remainingItemCount).toBeUndefined();
    }));

  test("does not say how much is left of a list with a selector", () =>
    within("seven", async ({ get }) => {
      const { items, metadata } = listIn(await get("?limit=2&labelSelector=app%3Dtrain"));
      expect(items).toHaveLength(2);
      expect(metadata.continue).toMatch(/.+/);
      expect(metadata.remainingItemCount).toBeUndefined();
    }));

  test("refuses a version beside a token", () =>
    within("seven", async ({ get }) => {
      const { metadata } = listIn(await get("?limit=2&labelSelector=app%3Dtrain"));
      const answer = await get(`?limit=2&resourceVersion=1&continue=${metadata.continue}`);
      expectStatus(answer, 400, "BadRequest");
    }));
}

function objects(resource: Resource, within: Within) {
  test("gives one job, with its kind", () =>
    within("seven", async ({ get }) => {
      const answer = await get("/j4");
      const object = JSON.parse(answer.body);
      expect(answer.status).toBe(200);
      expect([object.kind, object.metadata.name]).toEqual([resource.kind, "j4"]);
    }));

  test("gives all of a job when asked for its status", () =>
    within("seven", async ({ get }) => {
      expect((await get("/j4/status")).body).toBe((await get("/j4")).body);
    }));
}

function patches(resource: Resource, within: Within) {
  test("merges a patch into a job and gives it back", () =>
    within("seven", async ({ patch }) => {
      const answer = await patch("j1", { metadata: { labels: { x: "y" } } });
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body).metadata.labels).toMatchObject({ app: "train", x: "y" });
    }));

  test("keeps the version of a job that a patch does not change", () =>
    within("seven", async ({ patch }) => {
      const versionOf = ({ body }: Answered) => JSON.parse(body).metadata.resourceVersion;
      const first = versionOf(await patch("j1", { metadata: { labels: { x: "y" } } }));
      expect(versionOf(await patch("j1", { metadata: { labels: { x: "y" } } }))).toBe(first);
    }));

  test("drops a field that it does not know, with a warning", () =>
    within("seven", async ({ patch }) => {
      const answer = await patch("j1", { spec: { bogusField: 1 } });
      expect([answer.status, answer.headers.get("warning")]).toEqual([
        200,
        '299 - "unknown field \\"spec.bogusField\\""',
      ]);
      expect(JSON.parse(answer.body).spec).not.toHaveProperty("bogusField");
    }));

  const wrongType = resource.group === "batch" ? { parallelism: "three" } : { runPolicy: { backoffLimit: "three" } };
  const refused: readonly (readonly [string, number, string, string, unknown])[] = [
    ["of an absent job", 404, "NotFound", "nope", { metadata: { labels: { x: "y" } } }],
    ["of an old version", 409, "Conflict", "j1", { metadata: { resourceVersion: "1", labels: { x: "y" } } }],
    ["that is cut off", 400, "BadRequest", "j1", '{"metadata":'],
    ["that is a list", 400, "BadRequest", "j1", "[1]"],
    ["with a label that is none", 422, "Invalid", "j1", { metadata: { labels: { "bad key!": "y z" } } }],
    ["with a value of the wrong type", 422, "Invalid", "j1", { spec: wrongType }],
    [
      "with an unknown field, when asked to be strict",
      422,
      "Invalid",
      "j1?fieldValidation=Strict",
      { spec: { bogusField: 1 } },
    ],
    ...(resource.group === "batch"
      ? ([["of what may not change", 422, "Invalid", "j1", { spec: { completions: 5 } }]] as const)
      : ([["of the name", 400, "BadRequest", "j1", { metadata: { name: "other" } }]] as const)),
  ];
  test.each(refused)("refuses a patch %s", (_what, status, reason, name, body) =>
    within("seven", async ({ patch }) => expectStatus(await patch(name, body), status, reason)),
  );

  test("refuses a patch that does not say which kind of patch it is", () =>
    within("seven", async ({ patch }) => {
      expectStatus(await patch("j1", { a: 1 }, "application/json"), 415, "UnsupportedMediaType");
    }));
}

function refusals(resource: Resource, within: Within) {
  const refused: readonly (readonly [string, number, string, string, string])[] = [
    ["a job that does not exist", 404, "NotFound", "/nope", "admin"],
    ["a token that no list gave", 400, "BadRequest", "?limit=2&continue=garbage", "admin"],
    ["a field that nothing can be selected by", 400, "BadRequest", "?fieldSelector=status.phase%3DRunning", "admin"],
    ["who shows a token that nobody has", 401, "Unauthorized", "", "wrong"],
    ["who shows no token", 403, "Forbidden", "", ""],
    ["who may not list", 403, "Forbidden", "", "noperm"],
    ["who may not get", 403, "Forbidden", "/j1", "noperm"],
  ];
  test.each(refused)("refuses %s", (_what, status, reason, rest, as) =>
    within("seven", async ({ get }) => expectStatus(await get(rest, as), status, reason)),
  );

  test("lets a reader list", () =>
    within("seven", async ({ get }) => expect(listIn(await get("?limit=1", "reader")).items).toHaveLength(1)));

  test("names who may not do what", () =>
    within("seven", async ({ get }) => {
      const { message } = expectStatus(await get("", "noperm"), 403, "Forbidden");
      const { plural, group } = resource;
      const wanted = `cannot list resource "${plural}" in API group "${group}" in the namespace "ml-team"`;
      expect(message).toBe(`${plural}.${group} is forbidden: User "noperm" ${wanted}`);
    }));

  test.each(["/apis/nope.example.com/v1/foos", "/apis/kubeflow.org/v1/mpijobs"])("has no page at %s", (path) =>
    within("seven", async ({ get }) => {
      const answer = await get(path);
      expect([answer.status, answer.body]).toEqual([404, "404 page not found\n"]);
      expect(answer.headers.get("content-type")).toContain("text/plain");
    }),
  );
}

function watches(resource: Resource, within: Within) {
  const ended = { "k8s.io/initial-events-end": "true" };

  test("replays to a watch what changed since its version, and ends it in time", () =>
    within("changed", async ({ get, from }) => {
      const answer = await get(`?watch=1&resourceVersion=${from}&timeoutSeconds=1&allowWatchBookmarks=true`);
      const events = eventsIn(answer);
      expect(answer.status).toBe(200);
      expect(events.map(({ type, object }) => [type, object.kind, object.metadata.name])).toEqual([
        ["MODIFIED", resource.kind, "j0"],
        ["ADDED", resource.kind, "jx"],
        ["DELETED", resource.kind, "jx"],
      ]);
    }));

  test("gives a deleted job as it was last, with a version of its own", () =>
    within("changed", async ({ get, from }) => {
      const path = `?watch=1&resourceVersion=${from}&timeoutSeconds=1&allowWatchBookmarks=true`;
      const [, added, deleted] = eventsIn(await get(path));
      const { resourceVersion, ...last } = deleted!.object.metadata;
      expect(added!.object.metadata).toMatchObject(last);
      expect(resourceVersion).not.toBe(added!.object.metadata.resourceVersion);
    }));

  test("says nothing to a short watch while nothing happens", () =>
    within("idle", async ({ get, from }) => {
      const answer = await get(`?watch=1&resourceVersion=${from}&timeoutSeconds=1&allowWatchBookmarks=true`);
      expect([answer.status, answer.body]).toEqual([200, ""]);
    }));

  test.each([
    ["without a version", "?watch=1&timeoutSeconds=1&allowWatchBookmarks=true"],
    [
      "that asks for a list first",
      "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1",
    ],
  ])("begins a watch %s with every job and a bookmark", (_what, query) =>
    within("changed", async ({ get }) => {
      const events = eventsIn(await get(query));
      const jobs = events.slice(0, -1).map(({ type, object }) => [type, object.metadata.name]);
      expect(jobs).toEqual([
        ["ADDED", "j0"],
        ["ADDED", "j1"],
        ["ADDED", "j2"],
      ]);
      expect(events.at(-1)).toMatchObject({ type: "BOOKMARK", object: { kind: resource.kind } });
      expect(events.at(-1)!.object.metadata.annotations).toEqual(ended);
    }),
  );

  // A real server that has just begun to serve Jobs still knows their whole past: nothing is too old for it.
  if (resource.group !== "batch") {
    test("ends a watch from a version that it has forgotten with one error event", () =>
      within("changed", async ({ get }) => {
        const answer = await get("?watch=1&resourceVersion=1&timeoutSeconds=1");
        expect(answer.status).toBe(200);
        expect(eventsIn(answer)).toMatchObject([
          { type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } },
        ]);
      }));
  }

  test("keeps silent to a watch from a version that is still to come", () =>
    within("changed", async ({ get, future }) => {
      const answer = await get(`?watch=1&resourceVersion=${future}&timeoutSeconds=1`);
      expect([answer.status, answer.body]).toEqual([200, ""]);
    }));

  test("refuses a watch from what is no version", () =>
    within("changed", async ({ get }) => {
      expectStatus(await get("?watch=1&resourceVersion=abc&timeoutSeconds=1"), 500, undefined);
    }));
}

function listIn({ body }: Answered): Listed {
  return JSON.parse(body) as Listed;
}

const namesIn = ({ items }: Listed) => items.map(({ metadata }) => metadata.name);

function eventsIn({ body }: Answered): readonly WatchEvent[] {
  const lines = body.split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as WatchEvent);
}

function expectStatus({ status, body }: Answered, code: number, reason: string | undefined): { message: string } {
  const found = JSON.parse(body);
  expect([status, found.kind, found.status, found.code, found.reason]).toEqual([
    code,
    "Status",
    "Failure",
    code,
    reason,
  ]);
  return found;
}

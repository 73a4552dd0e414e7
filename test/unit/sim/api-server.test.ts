import { describe, expect, test } from "vitest";
import { pyTorchJob } from "#jobs/kinds/kubeflow";
import { KINDS } from "#jobs/kinds/registry";
import type { ApiServer } from "#sim/api-server";
import type { Failure } from "#sim/failures";
import { jobOf } from "#sim/job-specs";
import { type Answered, ask, differences, recording } from "../../support/recordings.ts";
import { get, JOBS, label, list, namesIn, PATH, start, startWith, TFJOBS, tfJobOf } from "./server.ts";

describe("what a test does to the cluster", () => {
  test("is seen through the API: created, changed, deleted", async () => {
    await using server = await start();
    server.create(TFJOBS, tfJobOf("a", { team: "vision" }));
    server.create(TFJOBS, tfJobOf("b"));
    server.update(TFJOBS, "ml", "a", (job) => {
      job.status = { startTime: "2026-11-21T01:00:00Z" };
    });
    server.remove(TFJOBS, "ml", "b");
    const { items } = await list(server);
    expect(items.map(({ status }) => status)).toEqual([{ startTime: "2026-11-21T01:00:00Z" }]);
    expect(server.get(TFJOBS, "ml", "a")).toEqual(items[0]);
    expect(server.get(TFJOBS, "ml", "b")).toBeUndefined();
  });

  test("gets what an API server adds to a new object", async () => {
    await using server = await start();
    const { metadata } = server.create(TFJOBS, tfJobOf("a", { team: "vision" }));
    expect(metadata).toMatchObject({
      generation: 1,
      creationTimestamp: "2026-11-21T01:00:00Z",
      resourceVersion: "1001",
    });
    expect(metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(metadata.managedFields).toMatchObject([
      { manager: "kubectl-create", fieldsV1: { "f:metadata": { "f:labels": { "f:team": {} } } } },
    ]);
  });

  test("counts generations by the spec, and names who wrote the status", async () => {
    await using server = await startWith(["a"]);
    const status = server.update(TFJOBS, "ml", "a", (job) => {
      job.status = { conditions: [] };
    });
    const spec = server.update(TFJOBS, "ml", "a", (job) => {
      job.spec = { ...job.spec, runPolicy: { suspend: true } };
    });
    expect([status.metadata.generation, spec.metadata.generation]).toEqual([1, 2]);
    const managers = spec.metadata.managedFields?.map((entry) => (entry as { manager: string }).manager);
    expect(managers).toEqual(["kubectl-create", "training-operator"]);
  });

  test("that changes nothing makes no new version", async () => {
    await using server = await startWith(["a"]);
    const before = server.resourceVersion;
    server.update(TFJOBS, "ml", "a", () => {});
    expect(server.resourceVersion).toBe(before);
  });

  test.each([
    [
      "creating a job twice",
      (server: ApiServer) => server.create(TFJOBS, tfJobOf("a")),
      'tfjobs "ml/a" already exists',
    ],
    ["changing an absent job", (server: ApiServer) => label(server, "b", {}), 'tfjobs "ml/b" not found'],
    ["deleting an absent job", (server: ApiServer) => server.remove(TFJOBS, "ml", "b"), 'tfjobs "ml/b" not found'],
    [
      "a kind that is not installed",
      (server: ApiServer) => server.get(JOBS, "ml", "a"),
      "jobs.v1.batch is not installed",
    ],
  ])("is an error where it cannot be: %s", async (_what, act, message) => {
    await using server = await startWith(["a"], { resources: [TFJOBS] });
    expect(() => act(server)).toThrow(message);
  });

  test("cannot reach what is stored through an answer", async () => {
    await using server = await start();
    const job = server.create(TFJOBS, tfJobOf("a"));
    job.metadata.name = "b";
    server.get(TFJOBS, "ml", "a")!.metadata.labels = { x: "y" };
    expect(namesIn(await list(server))).toEqual(["a"]);
    expect(server.get(TFJOBS, "ml", "a")?.metadata.labels).toEqual({});
  });

  test("makes the same uids from the same seed, and others from another or none", async () => {
    const uidFrom = async (options: { seed?: string }) => {
      await using server = await startWith(["a"], options);
      return server.get(TFJOBS, "ml", "a")?.metadata.uid;
    };
    const seeded = await uidFrom({ seed: "x" });
    expect(await uidFrom({ seed: "x" })).toBe(seeded);
    expect(await uidFrom({ seed: "y" })).not.toBe(seeded);
  });
});

describe("the server", () => {
  test.each(KINDS)("lists and gives $resource.plural", async ({ resource, read }) => {
    await using server = await start();
    server.create(resource, jobOf(resource, { name: "a", namespace: "ml", labels: {}, workers: 2, suspend: false }));
    const path = `/apis/${resource.group}/v1/namespaces/ml/${resource.plural}`;
    const { items } = await list(server, "", path);
    expect(items.map((item) => read(item).name)).toEqual(["a"]);
    expect(read(JSON.parse((await get(server, `${path}/a`)).body))).toEqual(read(items[0]));
  });

  test("gives a Job a status before its controller has come", async () => {
    await using server = await start();
    server.create(JOBS, jobOf(JOBS, { name: "a", namespace: "ml", labels: {}, workers: 1, suspend: false }));
    expect(server.get(JOBS, "ml", "a")?.status).toEqual({});
  });

  test("logs its requests", async () => {
    await using server = await startWith(["a"]);
    await get(server, `${PATH}?limit=1`);
    await ask(server.url, { method: "PATCH", path: `${PATH}/a`, body: "{}" });
    expect(server.requests.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["GET", `${PATH}?limit=1`, ""],
      ["PATCH", `${PATH}/a`, "{}"],
    ]);
    expect(server.requestCount).toBe(2);
  });

  test.each([
    ["nothing under /apis", "GET", "/healthz", 404],
    ["a kind that is not installed", "GET", "/apis/batch/v1/jobs", 404],
    ["another version of a kind", "GET", "/apis/kubeflow.org/v2/tfjobs", 404],
    ["another subresource", "GET", `${PATH}/a/scale`, 404],
    ["an object outside of a namespace", "GET", "/apis/kubeflow.org/v1/tfjobs/a", 404],
    ["what it does not do", "DELETE", `${PATH}/a`, 405],
    ["a path that cannot be read", "GET", "/apis/batch/v1/namespaces/%zz/jobs", 500],
    ["a patch of a whole list", "PATCH", PATH, 405],
  ])("has no answer to %s", async (_what, method, path, status) => {
    await using server = await startWith(["a"], { resources: [TFJOBS, pyTorchJob.resource] });
    expect((await ask(server.url, { method, path })).status).toBe(status);
  });

  test("lets everybody in who has the one token, and nobody else", async () => {
    await using server = await startWith(["a"], { token: "secret" });
    const statuses = ["secret", "wrong", ""].map((as) => ask(server.url, { method: "GET", path: PATH, as }));
    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([200, 401, 403]);
  });

  test("says in the words of the API who may not see its status", async () => {
    await using server = await startWith(["a"], { users: [{ name: "ann", token: "t", verbs: ["list"] }] });
    const { body } = await ask(server.url, { method: "GET", path: `${PATH}/a/status`, as: "t" });
    expect(JSON.parse(body).message).toBe(
      'tfjobs.kubeflow.org "a" is forbidden: User "ann" cannot get resource "tfjobs/status" in API group "kubeflow.org" in the namespace "ml"',
    );
    const { body: everywhere } = await ask(server.url, { method: "GET", path: "/apis/kubeflow.org/v1/tfjobs", as: "" });
    expect(JSON.parse(everywhere).message).toContain("at the cluster scope");
  });

  test("lets a user of some namespaces ask in these, and for no whole cluster", async () => {
    const users = [{ name: "ann", token: "t", namespaces: ["ml", "research"], verbs: ["list", "watch"] as const }];
    await using server = await startWith(["a"], { users });
    const statusOf = async (path: string) => (await ask(server.url, { method: "GET", path, as: "t" })).status;
    const everywhere = "/apis/kubeflow.org/v1/tfjobs";
    const paths = [PATH, PATH.replace("/ml/", "/nlp/"), everywhere, `${everywhere}?watch=1`, `${PATH}/a`];
    expect(await Promise.all(paths.map(statusOf))).toEqual([200, 403, 403, 403, 403]);
  });

  test("refuses who may not list a whole cluster as the recorded one does", async () => {
    const { request, response } = recording("errors/absent-group-forbidden");
    await using server = await start({ users: [{ name: "noperm", token: "noperm", namespaces: ["ml"] }] });
    const answer = await ask(server.url, { ...request, as: "noperm" });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([response.status, response.body]);
  });

  test("takes a port, and frees it when it is closed", async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);
    await expect(start({ port })).rejects.toThrow("EADDRINUSE");
    await first.close();
    await using second = await start({ port });
    expect(second.url).toBe(first.url);
  });
});

describe("a patch", () => {
  const patch = (server: ApiServer, body: unknown, name = "a") =>
    ask(server.url, {
      method: "PATCH",
      path: `${PATH}/${name}`,
      body,
      headers: { "content-type": "application/merge-patch+json; charset=utf-8" },
    });

  test("takes away what it sets to null, and adds where nothing was", async () => {
    await using server = await startWith([]);
    server.create(TFJOBS, tfJobOf("a", { x: "1", y: "2" }));
    const body = {
      metadata: { labels: { x: null }, annotations: { note: "n" } },
      spec: { runPolicy: { backoffLimit: 3 } },
    };
    expect((await patch(server, body)).status).toBe(200);
    const { metadata, spec } = server.get(TFJOBS, "ml", "a")!;
    expect([metadata.labels, metadata.annotations]).toEqual([{ y: "2" }, { note: "n" }]);
    expect(spec?.runPolicy).toEqual({ backoffLimit: 3, cleanPodPolicy: "None", suspend: false });
    expect(metadata.generation).toBe(2);
  });

  test.each([
    ["another uid", { metadata: { uid: "other" } }, 422],
    ["nothing that is JSON", "hello", 400],
    ["a truth value", "true", 400],
  ])("with %s is refused", async (_what, body, status) => {
    await using server = await startWith(["a"]);
    expect((await patch(server, body)).status).toBe(status);
  });

  test("of the version that is there goes through", async () => {
    await using server = await startWith(["a"]);
    const { resourceVersion } = server.get(TFJOBS, "ml", "a")!.metadata;
    expect((await patch(server, { metadata: { resourceVersion, labels: { x: "y" } } })).status).toBe(200);
  });
});

describe("a failure", () => {
  const asked = async (failure: Failure): Promise<Answered> => {
    await using server = await startWith(["a"]);
    server.fail(failure);
    return await get(server, PATH);
  };

  test("with 429 is the recorded one", async () => {
    expect(differences(recording("errors/too-many-requests"), await asked({ status: 429 }))).toEqual([]);
  });

  test.each([
    [500, "InternalError"],
    [503, "ServiceUnavailable"],
    [418, undefined],
  ])("with %i is a Status", async (status, reason) => {
    const answer = await asked({ status });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ kind: "Status", code: status, ...(reason && { reason }) });
  });

  test.each([
    ["text", "<html>", "text/plain; charset=utf-8", "<html>"],
    ["an object", { error_code: "X" }, "application/json", '{"error_code":"X"}'],
  ])("can answer %s", async (_what, body, type, sent) => {
    const answer = await asked({ status: 502, body, headers: { "retry-after": "7" } });
    expect([answer.status, answer.body, answer.headers.get("content-type")]).toEqual([502, sent, type]);
    expect(answer.headers.get("retry-after")).toBe("7");
  });

  test.each<[string, Failure]>([
    ["reset", { reset: true }],
    ["truncate", { truncate: true }],
  ])("%s breaks the connection", async (_what, failure) => {
    await expect(asked(failure)).rejects.toThrow();
  });

  test("truncate of a watch ends it before it began", async () => {
    await using server = await startWith(["a"]);
    server.fail({ truncate: true });
    await expect(get(server, `${PATH}?watch=1`)).rejects.toThrow();
  });

  test("hang says nothing until the server is closed", async () => {
    const server = await startWith(["a"]);
    server.fail({ hang: true });
    const answer = get(server, PATH).then(
      () => "answered",
      () => "cut off",
    );
    server.fail({ status: 500 });
    const other = await get(server, `${PATH}/a`);
    await server.close();
    expect([other.status, await answer]).toEqual([500, "cut off"]);
  });

  test("befalls as many requests as it says, and only those that it means", async () => {
    await using server = await startWith(["a"]);
    server.fail({ status: 500, times: 2, when: ({ path }) => path.endsWith("/a") });
    server.fail({ status: 503 });
    const statuses: number[] = [];
    for (const path of [`${PATH}/a`, PATH, PATH, `${PATH}/a`, `${PATH}/a`])
      statuses.push((await get(server, path)).status);
    expect(statuses).toEqual([500, 503, 200, 500, 200]);
  });
});

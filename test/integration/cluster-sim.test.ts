import { describe, expect, test } from "vitest";
import { staticToken } from "#cluster/auth/static-token";
import { startApiServer } from "#sim/api-server";
import type { Failure, Unready } from "#sim/failures";
import { failure, listAll, openAt, SIGNAL, TFJOBS } from "../unit/cluster/open.ts";

async function startWithJobs(count: number) {
  const server = await startApiServer({ now: () => Date.parse("2026-11-21T00:00:00Z"), token: "tok-1" });
  for (let index = 0; index < count; index += 1) {
    const metadata = {
      name: `job-${String(index).padStart(3, "0")}`,
      namespace: "ml",
      labels: { team: index < 10 ? "a" : "b" },
    };
    server.create(TFJOBS, { apiVersion: "kubeflow.org/v1", kind: "TFJob", metadata, spec: { tfReplicaSpecs: {} } });
  }
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.close() });
}

const access = { credentials: staticToken("tok-1") };

describe("the simulated API server", () => {
  test("is read page by page", async () => {
    await using server = await startWithJobs(25);
    await using cluster = openAt(server.url, access);
    const list = await listAll(cluster, { limit: 10 });
    expect(list.items.length).toBe(25);
    expect(list.resourceVersion).toBe(server.resourceVersion);
    expect(server.requestCount).toBe(3);
    expect((await listAll(cluster, { labelSelector: "team=a" })).items.length).toBe(10);
    expect(await cluster.get(TFJOBS, "ml", "job-003", SIGNAL)).toEqual(server.get(TFJOBS, "ml", "job-003"));
    expect(await cluster.get(TFJOBS, "ml", "none", SIGNAL)).toBeUndefined();
  });

  test("shows one moment, whatever changes while it is read", async () => {
    await using server = await startWithJobs(6);
    await using cluster = openAt(server.url, access);
    const before = server.resourceVersion;
    let reads = 0;
    const read = (object: unknown) => {
      reads += 1;
      if (reads === 1) server.remove(TFJOBS, "ml", "job-005");
      return object;
    };
    const list = await cluster.list({ resource: TFJOBS, namespace: "ml", limit: 2 }, read, SIGNAL);
    expect(list).toMatchObject({ resourceVersion: before, items: { length: 6 } });
  });

  test("is read again from the beginning when its tokens are too old", async () => {
    await using server = await startWithJobs(6);
    await using cluster = openAt(server.url, access);
    let reads = 0;
    const read = (object: unknown) => {
      reads += 1;
      if (reads === 1) server.forgetHistory();
      return object;
    };
    const list = await cluster.list({ resource: TFJOBS, namespace: "ml", limit: 2 }, read, SIGNAL);
    expect(list.items.length).toBe(6);
    expect(reads).toBeGreaterThan(6);
  });

  test("does not know who has another token", async () => {
    await using server = await startWithJobs(1);
    await using cluster = openAt(server.url, { credentials: staticToken("tok-2") });
    expect((await failure(listAll(cluster))).code).toBe("unauthorized");
  });

  test("is read after a restart that broke the kept connections", async () => {
    await using server = await startWithJobs(3);
    await using cluster = openAt(server.url, access);
    await listAll(cluster);
    server.restart();
    expect((await listAll(cluster)).items.length).toBe(3);
  });
});

describe("a list of a server that misbehaves", () => {
  test.each<[string, Failure, string]>([
    ["ends in the middle of a line", { halfLine: true }, "not-kubernetes"],
    ["is reset in the middle of a page", { resetAfter: 100 }, "unreachable"],
    ["breaks off", { truncate: true }, "unreachable"],
    ["is refused in a gateway's words", { status: 403, form: "flat" }, "forbidden"],
    ["is a web page", { status: 403, form: "html" }, "not-kubernetes"],
    ["has a form that nobody can read", { status: 422, form: "nested" }, "invalid"],
  ])("is an error, never a shorter list, when it %s", async (_what, wrong, code) => {
    await using server = await startWithJobs(6);
    await using cluster = openAt(server.url, access);
    server.fail({ ...wrong, when: ({ path }) => path.includes("continue") });
    expect((await failure(listAll(cluster, { limit: 2 }))).code).toBe(code);
    expect((await listAll(cluster, { limit: 2 })).items.length).toBe(6);
  });

  test.each<[string, Failure]>([
    ["comes slowly", { slow: { everyMs: 1, bytes: 300 } }],
    ["comes in another order", { reorder: true }],
    ["is asked to wait for", { status: 429 }],
  ])("is whole when it %s", async (_what, wrong) => {
    await using server = await startWithJobs(6);
    await using cluster = openAt(server.url, access);
    server.fail({ ...wrong, times: 2 });
    expect((await listAll(cluster, { limit: 3 })).items.length).toBe(6);
  });

  test.each<[Unready, string | undefined]>([
    [503, undefined],
    [403, "forbidden"],
    [404, "not-installed"],
  ])("after a restart that answers %i is read, or an error", async (status, code) => {
    await using server = await startWithJobs(3);
    await using cluster = openAt(server.url, access);
    await listAll(cluster);
    server.restart([status]);
    if (code !== undefined) expect((await failure(listAll(cluster))).code).toBe(code);
    expect((await listAll(cluster)).items.length).toBe(3);
  });
});

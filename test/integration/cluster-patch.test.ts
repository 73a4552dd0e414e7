import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Patch } from "#cluster/cluster";
import { pyTorchJob } from "#jobs/kinds/kubeflow";
import { startApiServer } from "#sim/api-server";
import { json, serve } from "../support/http.ts";
import { failure, JOBS, openAt, SIGNAL, statusOf, TFJOBS } from "../unit/cluster/open.ts";

const PATCH: Patch = { resource: TFJOBS, namespace: "ml", name: "a b", merge: { metadata: { labels: { x: "y" } } } };
const JOB = { kind: "TFJob", metadata: { name: "a b" } };

describe("a patch", () => {
  test("is sent as a merge patch, for good, and lenient", async () => {
    await using server = await serve((_seen, response) => json(response, JOB));
    await using cluster = openAt(server.url);
    expect(await cluster.patch(PATCH, SIGNAL)).toEqual({ object: JOB, warnings: [] });
    const { method, path, query, headers } = server.seen[0]!;
    expect([method, path, String(query)]).toEqual(["PATCH", "/apis/kubeflow.org/v1/namespaces/ml/tfjobs/a%20b", ""]);
    expect(headers["content-type"]).toBe("application/merge-patch+json");
  });

  test.each([
    [{ dryRun: true }, "dryRun=All"],
    [{ strict: true }, "fieldValidation=Strict"],
    [{ dryRun: true, strict: true }, "dryRun=All&fieldValidation=Strict"],
    [{ dryRun: false, strict: false }, ""],
  ])("with %j asks for %s", async (more, query) => {
    await using server = await serve((_seen, response) => json(response, JOB));
    await using cluster = openAt(server.url);
    await cluster.patch({ ...PATCH, ...more }, SIGNAL);
    expect(String(server.seen[0]!.query)).toBe(query);
  });

  test("brings along what the server warns of", async () => {
    const warning = '299 - "unknown field \\"spec.a\\"", 299 - "kubeflow.org/v1 TFJob is\tdeprecated"';
    await using server = await serve((_seen, response) => json(response, JOB, 200, { warning }));
    await using cluster = openAt(server.url);
    const { warnings } = await cluster.patch(PATCH, SIGNAL);
    expect(warnings).toEqual(['unknown field "spec.a"', "kubeflow.org/v1 TFJob is deprecated"]);
  });

  test("waits and is sent again when the server was too busy to listen", async () => {
    await using server = await serve((_seen, response, nth) =>
      nth === 1 ? json(response, {}, 429, { "retry-after": "1" }) : json(response, JOB),
    );
    await using cluster = openAt(server.url);
    expect((await cluster.patch(PATCH, SIGNAL)).object).toEqual(JOB);
  });

  test.each([
    ["is not sent again when it may have been made", 503, {}, "unavailable"],
    [
      "of a gateway that knows no such path is no patch of an absent job",
      404,
      { error_code: "APIG.0101", error_msg: "no such API" },
      "not-installed",
    ],
    ["of an absent job says so", 404, statusOf(404, "NotFound", 'tfjobs.kubeflow.org "a b" not found'), "not-found"],
    ["that came too late is a conflict", 409, { error_code: "CCI.02.409101", error_msg: "conflict" }, "conflict"],
  ])("%s", async (_what, status, body, code) => {
    await using server = await serve((_seen, response) => json(response, body, status, { "retry-after": "1" }));
    await using cluster = openAt(server.url);
    expect(await failure(cluster.patch(PATCH, SIGNAL))).toMatchObject({ code });
    expect(server.seen.length).toBe(1);
  });

  test("that is answered by something else is not taken for made", async () => {
    await using server = await serve((_seen, response) => json(response, { kind: "Status", status: "Success" }));
    await using cluster = openAt(server.url);
    expect((await failure(cluster.patch(PATCH, SIGNAL))).code).toBe("not-kubernetes");
  });

  test("says each cause of a 422 once, in one line, without what is long", async () => {
    const object = JSON.stringify(JSON.stringify({ spec: "x".repeat(100_000) }));
    const causes = [
      { field: "spec.a", message: "must be positive" },
      { field: "spec.a", message: "must be positive" },
      { field: "<nil>", message: `Invalid value: ${object}: strict decoding error` },
      ...Array.from({ length: 50 }, (_, index) => ({
        field: `spec.f${index}`,
        message: `is wrong\nin ${"way ".repeat(30)}`,
      })),
    ];
    await using server = await serve((_seen, response) =>
      json(response, statusOf(422, "Invalid", "x", { causes }), 422),
    );
    await using cluster = openAt(server.url);
    const { message } = await failure(cluster.patch(PATCH, SIGNAL));
    expect(message).toMatch(
      /^cluster "prod" does not accept the request \(422\), saying "spec\.a: must be positive; Invalid value: …: strict decoding error; spec\.f0: is wrong in way [^\n]*…": check what is to be changed$/,
    );
    expect(message.length).toBeLessThan(750);
  });

  test("that is a dry run leaves the simulated cluster as it was", async () => {
    await using server = await startApiServer({ now: Date.now });
    const job = server.create(TFJOBS, { metadata: { namespace: "ml", name: "a b" }, spec: { tfReplicaSpecs: {} } });
    await using cluster = openAt(server.url);
    const { object } = await cluster.patch({ ...PATCH, dryRun: true }, SIGNAL);
    expect(object).toMatchObject({ metadata: { labels: { x: "y" }, resourceVersion: job.metadata.resourceVersion } });
    expect(server.get(TFJOBS, "ml", "a b")!.metadata.labels).toBeUndefined();
  });
});

describe("the status of a job", () => {
  const job = { kind: "Job", metadata: { name: "pi" }, status: { active: 1 } };

  test("is asked of its own resource", async () => {
    await using server = await serve((_seen, response) => json(response, job));
    await using cluster = openAt(server.url);
    expect(await cluster.status(JOBS, "ml", "pi", SIGNAL)).toEqual(job);
    expect(server.seen.map(({ path }) => path)).toEqual(["/apis/batch/v1/namespaces/ml/jobs/pi/status"]);
  });

  test("is that of the job itself where the API has no such resource", async () => {
    await using server = await serve((seen, response) =>
      seen.path.endsWith("/status") ? void response.writeHead(404).end("404 page not found\n") : json(response, job),
    );
    await using cluster = openAt(server.url);
    expect(await cluster.status(JOBS, "ml", "pi", SIGNAL)).toEqual(job);
  });

  test.each([
    ["is undefined where there is no such job", statusOf(404, "NotFound", 'jobs.batch "pi" not found'), undefined],
    ["is an error where there is no such kind", "404 page not found", "not-installed"],
  ])("%s", async (_what, body, code) => {
    await using server = await serve((_seen, response) => json(response, body, 404));
    await using cluster = openAt(server.url);
    const asked = cluster.status(JOBS, "ml", "pi", SIGNAL);
    expect(code === undefined ? await asked : (await failure(asked)).code).toBe(code);
  });

  test("that may not be read names the rule that is lacking", async () => {
    await using server = await serve((_seen, response) => json(response, {}, 403));
    await using cluster = openAt(server.url);
    expect((await failure(cluster.status(JOBS, "ml", "pi", SIGNAL))).message).toMatch(
      /get jobs\.batch\/status in namespace "ml" .*verb "get" on resource "jobs\/status" of apiGroup "batch"/,
    );
  });
});

describe("an older server's page", () => {
  const example = (name: string) => JSON.parse(readFileSync(`test/fixtures/cci/${name}.json`, "utf8"));

  test("on the status of a Job is understood", async () => {
    const { request, response } = example("get-job-status");
    await using server = await serve((seen, answer) =>
      seen.path === request.path ? json(answer, response.body) : json(answer, {}, 404),
    );
    await using cluster = openAt(server.url);
    expect(await cluster.status(JOBS, "namespace-test", "pi", SIGNAL)).toEqual(response.body);
  });

  test("on the patch of a PyTorchJob is understood", async () => {
    const { request, response } = example("patch-pytorchjob");
    await using server = await serve((seen, answer) =>
      seen.path === request.path && seen.headers["content-type"] === request.contentType
        ? json(answer, response.body)
        : json(answer, {}, 404),
    );
    await using cluster = openAt(server.url);
    const patch = { resource: pyTorchJob.resource, namespace: "kube-test", name: "pytorch-test", merge: request.body };
    expect((await cluster.patch(patch, SIGNAL)).object).toEqual(response.body);
  });
});

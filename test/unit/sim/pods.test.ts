import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Resource } from "#jobs/job";
import { batchJob } from "#jobs/kinds/batch-job";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import { type ApiServer, startApiServer } from "#sim/api-server";
import { EVENTS, PODS } from "#sim/core";
import { jobOf } from "#sim/job-specs";
import { lifeOf } from "#sim/lives";
import type { Stage } from "#sim/lives/stage";
import type { KubeObject } from "#sim/objects";

const AT = "2026-11-21T00:13:07Z";
const PATH = "/api/v1/namespaces/ml";

let server: ApiServer;
beforeEach(async () => {
  server = await startApiServer({ now: () => Date.parse(AT), seed: "pods" });
});
afterEach(() => server.close());

/** A job with two workers, as far as those stages. */
function live(resource: Resource, name: string, stages: readonly Stage[]): KubeObject {
  const suspend = stages[0] === "create-suspended";
  const { resourceVersion: _, ...metadata } = server.create(
    resource,
    jobOf(resource, { name, namespace: "ml", labels: { team: "vision" }, workers: 2, suspend }),
  ).metadata;
  for (const { change } of lifeOf(resource, stages))
    if (change !== "delete") server.update(resource, "ml", name, (job) => change(job, AT));
  return { metadata };
}

async function get(path: string) {
  const response = await fetch(server.url + path);
  return { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
}

async function pods(query = ""): Promise<readonly KubeObject[]> {
  return JSON.parse((await get(`${PATH}/pods${query}`)).body).items;
}

const phases = (some: readonly KubeObject[]) =>
  some.map(({ metadata, status }) => `${metadata.name.replace(/^mnist-/, "")} ${status?.phase}`);

const LIVES: readonly (readonly [kind: string, Resource, readonly Stage[], readonly string[]])[] = [
  ["TFJob", tfJob.resource, ["create"], ["chief-0 Pending", "worker-0 Pending", "worker-1 Pending"]],
  ["TFJob", tfJob.resource, ["create", "run"], ["chief-0 Running", "worker-0 Running", "worker-1 Running"]],
  ["TFJob", tfJob.resource, ["create", "run", "fail"], ["chief-0 Running", "worker-0 Running", "worker-1 Failed"]],
  [
    "TFJob",
    tfJob.resource,
    ["create", "run", "succeed"],
    ["chief-0 Succeeded", "worker-0 Succeeded", "worker-1 Succeeded"],
  ],
  ["TFJob", tfJob.resource, ["create-suspended"], []],
  [
    "PyTorchJob",
    pyTorchJob.resource,
    ["create", "run", "fail"],
    ["master-0 Running", "worker-0 Running", "worker-1 Failed"],
  ],
];

describe("the pods of a simulated job", () => {
  test.each(LIVES)("of kind %s are as its status says", async (_kind, resource, stages, expected) => {
    live(resource, "mnist", stages);
    expect(phases(await pods())).toEqual(expected);
  });

  test("of a batch Job that failed are as many as it may lose and one", async () => {
    const { metadata } = live(batchJob.resource, "mnist", ["create", "run", "fail"]);
    const failed = await pods(`?labelSelector=batch.kubernetes.io/controller-uid=${metadata.uid}`);
    expect(failed.map(({ status }) => status?.phase)).toEqual(["Failed", "Failed"]);
  });

  test("are found by their job's name and by their phase, and name their job", async () => {
    const { metadata } = live(tfJob.resource, "mnist", ["create", "run", "fail"]);
    live(tfJob.resource, "other", ["create", "run"]);
    const selected = await pods(
      "?labelSelector=training.kubeflow.org/job-name%3Dmnist&fieldSelector=status.phase%3DFailed",
    );
    expect(phases(selected)).toEqual(["worker-1 Failed"]);
    expect(selected[0]?.metadata.ownerReferences).toMatchObject([{ kind: "TFJob", name: "mnist", uid: metadata.uid }]);
  });

  test("go with it", async () => {
    live(tfJob.resource, "mnist", ["create", "run", "fail"]);
    server.remove(tfJob.resource, "ml", "mnist");
    expect(await pods()).toEqual([]);
  });

  test("stand beside those that were created", async () => {
    live(tfJob.resource, "mnist", ["create", "run"]);
    server.create(PODS, { metadata: { name: "web", namespace: "ml" }, status: { phase: "Running" } });
    expect(await pods()).toHaveLength(4);
    expect((await get(`${PATH}/pods/web`)).status).toBe(200);
  });
});

describe("the log of a simulated pod", () => {
  test("is the end of what its job wrote", async () => {
    live(tfJob.resource, "mnist", ["create", "run", "fail"]);
    const all = await get(`${PATH}/pods/mnist-worker-1/log?container=tensorflow`);
    expect([all.status, all.type]).toEqual([200, "text/plain"]);
    const { body } = await get(`${PATH}/pods/mnist-worker-1/log?container=tensorflow&tailLines=1&limitBytes=10`);
    expect(body).toBe(all.body.trimEnd().split("\n").at(-1)?.slice(0, 10));
  });

  test.each([
    ["a pod that is not there", "nope", "main", "", 404, 'pods \\"nope\\" not found'],
    ["a pod that waits", "mnist-worker-0", "tensorflow", "", 400, "is waiting to start"],
    [
      "a container before the first restart",
      "mnist-worker-0",
      "tensorflow",
      "&previous=true",
      400,
      "previous terminated",
    ],
  ])("there is none of %s", async (_of, pod, container, more, status, words) => {
    live(tfJob.resource, "mnist", ["create"]);
    const answer = await get(`${PATH}/pods/${pod}/log?container=${container}${more}`);
    expect([answer.status, answer.body]).toEqual([status, expect.stringContaining(words)]);
  });
});

test("events are found by what they are about", async () => {
  for (const [name, uid, type] of [
    ["a", "1", "Warning"],
    ["b", "1", "Normal"],
    ["c", "2", "Warning"],
  ] as const) {
    server.create(EVENTS, { metadata: { name, namespace: "ml" }, ...({ involvedObject: { uid }, type } as object) });
  }
  const { body } = await get(`${PATH}/events?fieldSelector=involvedObject.uid%3D1,type%3DWarning`);
  expect(JSON.parse(body).items.map(({ metadata }: KubeObject) => metadata.name)).toEqual(["a"]);
});

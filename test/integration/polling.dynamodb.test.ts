import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { batchJob } from "#jobs/kinds/batch-job";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import { poll } from "#polling/poll";
import type { Watch } from "#polling/watch";
import { dynamodbStore } from "#store/dynamodb/dynamodb-store";
import { meter } from "../support/consumed-capacity.ts";
import { type DynamodbLocal, startDynamodbLocal } from "../support/dynamodb-local.ts";
import { NOW } from "../support/store-steps.ts";
import { openListedCluster } from "../unit/polling/listed-cluster.ts";
import { SIGNAL, WATCH } from "../unit/polling/scene.ts";
import { pausedContract } from "./polling-paused.ts";

const RUNNING = "Created=True@1 Running=True@3";
const SUCCEEDED = "Created=True@1 Running=False@3 Succeeded=True@9";
const KINDS = [tfJob, pyTorchJob, batchJob];
const LABELS = { team: "vision", tier: "prod" };

let local: DynamodbLocal;
beforeAll(async () => {
  local = await startDynamodbLocal();
});
afterAll(() => local.stop());

/** One namespace of three kinds, the first of them with 500 jobs, after a tick that has read all of it. */
async function openNamespace(watch: Partial<Watch> = {}) {
  const { client, freshTable } = local;
  const table = await freshTable();
  const cluster = openListedCluster();
  for (const { resource } of KINDS) {
    const jobs = Array.from(
      { length: resource === tfJob.resource ? 500 : 10 },
      (_, index) => `nightly-training-${index}`,
    );
    cluster.set(Object.fromEntries(jobs.map((name) => [name, RUNNING])), { resource, labels: LABELS });
  }
  let now = NOW;
  const tick = async () => {
    now += 60_000;
    // A process of its own each time: nothing is remembered but in the table.
    const store = dynamodbStore({ client, table });
    const services = { store, now: () => now, pause: async () => {}, onEvent: () => {} };
    const watches = KINDS.map((kind) => ({ ...WATCH, ...watch, kind }));
    const results = await poll(services, () => cluster, watches, SIGNAL);
    expect(results.map(({ state }) => state)).toEqual(["read", "read", "read"]);
    return results.reduce((sum, result) => sum + (result.state === "read" ? result.events : 0), 0);
  };
  await tick();
  const consumed = meter(client);
  onTestFinished(() => void client.middlewareStack.remove("meter"));
  return { cluster, tick, consumed };
}

test("an idle tick of a namespace costs two requests, two write units and no read", async () => {
  const { cluster, tick, consumed } = await openNamespace();
  for (let round = 0; round < 3; round += 1) {
    expect(await tick()).toBe(0);
    expect(consumed()).toEqual({ requests: 2, writeUnits: 2, readUnits: 0 });
  }
  // A new version in which nothing is new is no change.
  cluster.set({ "nightly-training-7": RUNNING });
  expect(await tick()).toBe(0);
  expect(consumed()).toEqual({ requests: 2, writeUnits: 2, readUnits: 0 });
});

test("a tick in which a few of 500 jobs changed reads their buckets, not all rows", async () => {
  const { cluster, tick, consumed } = await openNamespace();
  cluster.set({ "nightly-training-7": SUCCEEDED });
  expect(await tick()).toBe(1);
  // Claim, read, proof of the claim, a transaction of two rows, finish.
  expect(consumed()).toEqual({ requests: 5, writeUnits: 9, readUnits: 2 });
  cluster.set({ "nightly-training-7": RUNNING, "nightly-training-8": SUCCEEDED, "nightly-training-99": SUCCEEDED });
  expect(await tick()).toBe(2);
  expect(consumed()).toEqual({ requests: 8, writeUnits: 15, readUnits: 6 });
});

describe("a tick that follows changes", () => {
  const FOLLOWED = { follow: { resyncMs: 3_600_000 } };

  test("costs an idle namespace two requests, two write units and no read", async () => {
    const { cluster, tick, consumed } = await openNamespace(FOLLOWED);
    for (let round = 0; round < 3; round += 1) {
      expect(await tick()).toBe(0);
      expect(consumed()).toEqual({ requests: 2, writeUnits: 2, readUnits: 0 });
    }
    expect(cluster.calls).toEqual({ lists: 3, watches: 9 });
  });

  test("reads the rows of jobs with a new version, and writes those in which something is new", async () => {
    const { cluster, tick, consumed } = await openNamespace(FOLLOWED);
    cluster.set({ "nightly-training-7": RUNNING });
    expect(await tick()).toBe(0);
    expect(consumed()).toEqual({ requests: 3, writeUnits: 2, readUnits: 1 });
    cluster.set({ "nightly-training-7": SUCCEEDED });
    expect(await tick()).toBe(1);
    // Claim, query, proof of the claim, a transaction of two rows, finish.
    expect(consumed()).toEqual({ requests: 5, writeUnits: 9, readUnits: 1 });
  });
});

pausedContract("DynamoDB", async () => {
  const table = await local.freshTable();
  return () => dynamodbStore({ client: local.client, table });
});

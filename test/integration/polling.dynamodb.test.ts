import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { batchJob } from "#jobs/kinds/batch-job";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import { poll } from "#polling/poll";
import type { Watch } from "#polling/watch";
import type { Rule } from "#rules/rule";
import { dynamodbStore } from "#store/dynamodb/dynamodb-store";
import { meter } from "../support/consumed-capacity.ts";
import { type DynamodbLocal, startDynamodbLocal } from "../support/dynamodb-local.ts";
import { NOW } from "../support/store-steps.ts";
import { T0 } from "../unit/jobs/objects.ts";
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
  // Claim, read, proof of the claim, silences, a transaction of two rows, finish.
  expect(consumed()).toEqual({ requests: 6, writeUnits: 9, readUnits: 2 });
  cluster.set({ "nightly-training-7": RUNNING, "nightly-training-8": SUCCEEDED, "nightly-training-99": SUCCEEDED });
  expect(await tick()).toBe(2);
  expect(consumed()).toEqual({ requests: 9, writeUnits: 15, readUnits: 6 });
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
    // Claim, query, proof of the claim, silences, a transaction of two rows, finish.
    expect(consumed()).toEqual({ requests: 6, writeUnits: 9, readUnits: 1 });
  });
});

describe.each<[string, Partial<Watch>]>([
  ["lists", {}],
  ["follows changes", { follow: { resyncMs: 36_000_000 } }],
])("with all rules on a tick that %s", (_, mode) => {
  const RULES: readonly Rule[] = [
    { type: "pendingFor", seconds: 300 },
    { type: "runningFor", seconds: 86_400 },
    { type: "suspendedFor", seconds: 86_400 },
    { type: "restarts", moreThan: 3, withinSeconds: 3600 },
  ];
  const IDLE = { requests: 2, writeUnits: 2, readUnits: 0 };

  /** A namespace after the tick that asks once more, a minute after the first one: the index may have been behind. */
  async function openSettled() {
    const namespace = await openNamespace({ ...mode, rules: RULES });
    await namespace.tick();
    expect(namespace.consumed()).toMatchObject({ requests: 8, writeUnits: 2 });
    return namespace;
  }

  test("costs an idle namespace what it costs without: two requests, two write units and no read", async () => {
    const { tick, consumed } = await openSettled();
    for (let round = 0; round < 3; round += 1) {
      expect(await tick()).toBe(0);
      expect(consumed()).toEqual(IDLE);
    }
  });

  test("reads the index, and of the rows those that are due, and leaves nothing of them in it", async () => {
    const { cluster, tick, consumed } = await openSettled();
    const waiting = `Created=True@${NOW / 1000 - T0 + 120}`;
    cluster.set({ "nightly-training-7": waiting, "nightly-training-8": waiting });
    expect(await tick()).toBe(2);
    consumed();
    for (let minute = 0; minute < 3; minute += 1) expect(await tick()).toBe(0);
    expect(consumed()).toEqual({ requests: 6, writeUnits: 6, readUnits: 0 });
    expect(await tick()).toBe(2);
    // Claim, what is due and what is next, two rows by one request, silences, a transaction for each of them, finish.
    expect(consumed()).toEqual({ requests: 8, writeUnits: 10, readUnits: 3 });
    expect(await tick()).toBe(0);
    expect(consumed()).toEqual(IDLE);
  });
});

pausedContract("DynamoDB", async () => {
  const table = await local.freshTable();
  return () => dynamodbStore({ client: local.client, table });
});

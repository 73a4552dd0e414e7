import { GetCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, onTestFinished, test } from "vitest";
import { BUCKETS } from "#store/bucket";
import { deliveryKey } from "#store/dynamodb/delivery-row";
import { dynamodbStore } from "#store/dynamodb/dynamodb-store";
import { jobKey, type Key, laneKey, memoKey, scopeKey, shardOf, streamPartition } from "#store/dynamodb/keys";
import type { Settlement, Store } from "#store/store";
import type { DynamodbLocal } from "../support/dynamodb-local.ts";
import { jobEvent } from "../support/events.ts";
import { itemSize } from "../support/item-size.ts";
import {
  advance,
  claimed,
  claimedScope,
  DAY,
  event,
  ids,
  MINUTE,
  memory,
  NOW,
  queue,
  rowOf,
  settleHead,
  step,
  WATCH,
} from "../support/store-steps.ts";

const stream = { uid: "u1", receiver: "chat" };
const events = [event("u1", 1), event("u1", 2)] as const;
const later = NOW + 5 * MINUTE;
const delivered: Settlement = { state: "delivered", at: NOW };
const dead: Settlement = { state: "dead", at: NOW, error: "chat answered 404" };
const retry: Settlement = { state: "retry", nextAttemptAt: later, failed: true, error: "chat answered 503" };

const TYPICAL = jobEvent({
  id: "evt_0123456789abcdef0123456789abcdef",
  event: "Succeeded",
  uid: "5c4a2f0e-7f43-4a0e-9d6c-3a3c1f3f8b11",
  namespace: "machine-learning-research",
  name: "resnet50-nightly-20261121",
  reason: "TFJobSucceeded",
  message: "TFJob machine-learning-research/resnet50-nightly-20261121 successfully completed.",
  durationSeconds: 5460,
  previous: { event: "Running", at: "2026-11-21T00:13:11Z" },
  sincePreviousSeconds: 5400,
});

/** What only the DynamoDB store promises: its rows, their size, their end, its indexes. */
export function tableContract(local: () => DynamodbLocal): void {
  async function open() {
    const { client, freshTable } = local();
    const table = await freshTable();
    const at = (now: number) => dynamodbStore({ client, table, now: () => now });
    const item = async (Key: Key) => (await client.send(new GetCommand({ TableName: table, Key }))).Item;
    const put = (Item: Record<string, unknown>) => client.send(new PutCommand({ TableName: table, Item }));
    return { client, table, store: at(NOW), at, item, put };
  }

  async function settleFirst(store: Store, settlement: Settlement): Promise<void> {
    await queue(store, "chat", events.slice(0, 1));
    await store.settle(await claimed(store, await store.head(stream)), settlement);
  }

  describe("the DynamoDB table", () => {
    test("a typical job row is under 400 bytes", async () => {
      const { store, item } = await open();
      await store.advance(step());
      const size = itemSize(await item(jobKey(WATCH, "ml/mnist")));
      expect(size).toBeGreaterThan(150);
      expect(size).toBeLessThan(400);
    });

    test("a scope's row of three kinds, each with jobs in all buckets, is well under one write unit", async () => {
      const { store, item } = await open();
      const scope = "prod/machine-learning-research?labelSelector=team%3Dvision";
      const digests = Array.from({ length: BUCKETS }, () => "a3Bf_-9x").join(",");
      const state = { cursor: { resourceVersion: "482193377", tickedAt: NOW, digests }, failures: 0 };
      const kinds = ["jobs.batch", "pytorchjobs.kubeflow.org", "tfjobs.kubeflow.org"];
      await store.finishScope((await claimedScope(store, scope)).claim, new Map(kinds.map((kind) => [kind, state])));
      await store.claimScope(scope, { until: later }, NOW);
      expect(itemSize(await item(scopeKey(scope)))).toBeLessThan(800);
    });

    test("the row of a typical delivery is under one write unit", async () => {
      const { store, item } = await open();
      await queue(store, "ml-alerts", [TYPICAL]);
      const size = itemSize(await item(deliveryKey({ event: TYPICAL, receiver: "ml-alerts" })));
      expect(size).toBeGreaterThan(600);
      expect(size).toBeLessThan(1024);
    });

    test("the longest message that a reader lets through fits in a row, and in a Slack message's worth of units", async () => {
      const { store, item } = await open();
      const long = event("u1", 1, { message: "\u{1f525}".repeat(1000), reason: "x".repeat(2000) });
      await queue(store, "chat", [long]);
      expect(itemSize(await item(deliveryKey({ event: long, receiver: "chat" })))).toBeLessThan(8 * 1024);
    });

    test.each([
      ["a delivered row after 7 days", delivered, 7],
      ["a dead row after 30 days", dead, 30],
    ])("DynamoDB drops %s", async (_, settlement, days) => {
      const { store, item } = await open();
      await settleFirst(store, settlement);
      expect(await item(deliveryKey({ event: events[0], receiver: "chat" }))).toMatchObject({
        ttl: (NOW + days * DAY) / 1000,
      });
    });

    test("DynamoDB drops the row of a job that left after 30 days, and of no other", async () => {
      const { store, item } = await open();
      await store.advance(step());
      expect(await item(jobKey(WATCH, "ml/mnist"))).not.toHaveProperty("ttl");
      await advance(store, { after: { memory: memory(), left: true } });
      expect(await item(jobKey(WATCH, "ml/mnist"))).toMatchObject({ ttl: (NOW + 30 * DAY) / 1000 });
      await advance(store, {});
      expect(await item(jobKey(WATCH, "ml/mnist"))).not.toHaveProperty("ttl");
    });

    test("a row that is past its time and not dropped yet counts as absent", async () => {
      const { store, at } = await open();
      await advance(store, { after: { memory: memory(), left: true } });
      await settleFirst(store, dead);
      const then = NOW + 30 * DAY;
      const afterwards = at(then);
      expect(await rowOf(afterwards, WATCH, "ml/mnist")).toBeUndefined();
      expect(await afterwards.counts()).toEqual({ pending: 0, held: 0, dead: 0, oldestPendingAt: undefined });
      const deliveries = [{ receiver: "chat", event: events[0] }];
      expect(await afterwards.advance(step({ deliveries, now: then }))).toBe("advanced");
      expect(ids(await afterwards.due(then, 10))).toEqual(["evt_u1_1"]);
    });

    test("DynamoDB drops a memo 60 days after it was written, and a lane after one; until then they count as absent", async () => {
      const { store, at, item } = await open();
      await queue(store, "chat", events);
      await settleHead(store, stream, delivered, "memo");
      expect(await item(memoKey(stream))).toMatchObject({ ttl: (NOW + 60 * DAY) / 1000 });
      expect(await at(NOW + 60 * DAY - 1).memo(stream)).toBe("memo");
      expect(await at(NOW + 60 * DAY).memo(stream)).toBeUndefined();
      await store.moveLane("lane", undefined, "a", NOW);
      expect(await item(laneKey("lane"))).toMatchObject({ ttl: (NOW + DAY) / 1000 });
      const before = await at(NOW + DAY - 1).lane("lane");
      expect(await at(NOW + DAY).lane("lane")).toBeUndefined();
      expect(await store.moveLane("lane", undefined, "b", NOW + DAY)).toBe("moved");
      expect(await store.moveLane("lane", before, "c", NOW + DAY)).toBe("stale");
    });

    test("a delivery that is past its time is neither listed nor replayed", async () => {
      const { store, at } = await open();
      await settleFirst(store, dead);
      const [read] = await store.deliveries({ limit: 10 });
      const then = at(NOW + 30 * DAY);
      expect(await then.deliveries({ limit: 10 })).toEqual([]);
      expect(await then.deliveries({ state: "dead", limit: 10 })).toEqual([]);
      expect(await then.replay(read!, NOW + 30 * DAY)).toBe("changed");
    });

    test("a replayed row is in the index of what is due, in no other, and has no end", async () => {
      const { store, item } = await open();
      await settleFirst(store, dead);
      const [read] = await store.deliveries({ state: "dead", limit: 10 });
      await store.replay(read!, NOW);
      const row = await item(deliveryKey(read!));
      expect(row).toHaveProperty("dueShard");
      for (const name of ["ttl", "list", "listedAt", "error"]) expect(row).not.toHaveProperty(name);
    });

    test("a settlement without a memo is one request that writes one row, with one it is one more row", async () => {
      const { client, store } = await open();
      const sent: string[] = [];
      client.middlewareStack.add(
        (next, context) => (args) => {
          sent.push(String(context.commandName));
          return next(args);
        },
        { step: "initialize", name: "listen", override: true },
      );
      onTestFinished(() => void client.middlewareStack.remove("listen"));
      await queue(store, "chat", events);
      const claims = await Promise.all((await store.waiting("chat", 2)).map((each) => claimed(store, each)));
      sent.length = 0;
      await store.settle(claims[0]!, delivered);
      await store.settle(claims[1]!, delivered, "memo");
      expect(sent).toEqual(["UpdateItemCommand", "TransactWriteItemsCommand"]);
    });

    test("a stream with a row that cannot be read keeps no other from being told of", async () => {
      const { store, put } = await open();
      const key = deliveryKey({ event: event("damaged", 1), receiver: "chat" });
      const place = { order: 1, queuedAt: NOW - 1, nextAttemptAt: NOW - 1, dueShard: shardOf(key.pk) };
      await put({ ...key, ...place, state: "pending", event: "{" });
      await queue(store, "chat", [events[0]]);
      expect(ids(await store.waiting("chat", 10))).toEqual(["evt_u1_1"]);
    });

    test("what waits behind a retry is not in the index before its time, so that nobody reads it over and over", async () => {
      const { client, table, store } = await open();
      const dueInIndex = async () => {
        const query = new QueryCommand({
          TableName: table,
          IndexName: "due",
          KeyConditionExpression: "dueShard = :shard AND nextAttemptAt < :later",
          ExpressionAttributeValues: { ":shard": shardOf(streamPartition(stream)), ":later": later },
        });
        return (await client.send(query)).Items?.map(({ sk }) => sk);
      };
      await queue(store, "chat", events);
      await store.settle(await claimed(store, await store.head(stream)), retry);
      expect(await dueInIndex()).toEqual([]);
      await queue(store, "chat", [event("u1", 3)], NOW + 1);
      expect(await dueInIndex()).toEqual(["evt_u1_3"]);
      expect(await store.due(NOW + 1, 10)).toEqual([]);
      expect(await dueInIndex()).toEqual([]);
      expect(ids(await store.due(later, 10))).toEqual(["evt_u1_1"]);
    });

    test("as many deliveries as a transaction holds are queued at once, and one more is an error that writes nothing", async () => {
      const { store } = await open();
      const many = (count: number) =>
        Array.from({ length: count }, (_, index) => ({ receiver: `r${index}`, event: events[0] }));
      await expect(store.advance(step({ deliveries: many(100) }))).rejects.toMatchObject({
        code: "too-large",
        message: expect.stringContaining("The job ml/mnist causes 100 deliveries at once"),
      });
      expect((await store.jobs(WATCH)).size).toBe(0);
      expect(await store.advance(step({ deliveries: many(99) }))).toBe("advanced");
      expect(await store.counts()).toMatchObject({ pending: 99 });
    });

    test("a message that fits in no row is an error that says so", async () => {
      const { store } = await open();
      const huge = event("u1", 1, { message: "x".repeat(500_000) });
      const step_ = step({ deliveries: [{ receiver: "chat", event: huge }] });
      await expect(store.advance(step_)).rejects.toMatchObject({ name: "StoreError", code: "too-large" });
      expect((await store.jobs(WATCH)).size).toBe(0);
    });

    test.each<[string, Record<string, unknown>, (store: Store) => Promise<unknown>]>([
      ["a job's", { ...jobKey(WATCH, "ml/mnist"), v: 1, u: "u" }, (store) => store.jobs(WATCH)],
      [
        "a replica's",
        { ...jobKey(WATCH, "a"), v: 1, u: "u", rv: "1", s: {}, r: { W: [1] } },
        (store) => store.jobs(WATCH),
      ],
      [
        "a delivery's",
        { ...deliveryKey({ event: events[0], receiver: "chat" }), state: "pending", event: "{" },
        (store) => store.head(stream),
      ],
      ["a memo's", { ...memoKey(stream), memo: 1 }, (store) => store.memo(stream)],
      ["a lane's", { ...laneKey("lane"), v: 1 }, (store) => store.lane("lane")],
    ])("%s row that cannot be read is an error that names the table", async (_, row, read) => {
      const { store, table, put } = await open();
      await put(row);
      await expect(read(store)).rejects.toMatchObject({ code: "damaged", message: expect.stringContaining(table) });
    });

    test("a due row that cannot be read keeps no other waiting, and is an error once nothing else is due", async () => {
      const { store, put } = await open();
      const key = deliveryKey({ event: event("damaged", 1), receiver: "chat" });
      await put({ ...key, state: "pending", event: "{", order: 1, nextAttemptAt: NOW - 1, dueShard: shardOf(key.pk) });
      await queue(store, "chat", [events[0]]);
      const [due] = await store.due(NOW, 10);
      expect(due).toMatchObject({ event: events[0] });
      await store.settle(await claimed(store, due), delivered);
      await expect(store.due(NOW, 10)).rejects.toMatchObject({ code: "damaged" });
    });

    test("a table that does not exist is an error that says so", async () => {
      const store = dynamodbStore({ client: local().client, table: "absent" });
      const calls = [store.jobs(WATCH), store.advance(step()), store.due(NOW, 1), store.counts(), store.watches()];
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({ status: "rejected", reason: { name: "StoreError", code: "no-table" } });
      }
      await store.close();
    });
  });
}

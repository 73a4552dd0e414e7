import { expect, onTestFinished, test } from "vitest";
import { dynamodbStore } from "#store/dynamodb/dynamodb-store";
import type { StoreError } from "#store/store-error";
import { type Answer, clientOf, startRefusingDynamodb } from "../support/dynamodb-refusing.ts";
import { event, NOW, step, WATCH } from "../support/store-steps.ts";

const until = NOW + 1000;
const deliveries = ["chat", "hook"].map((receiver) => ({ receiver, event: event("u1", 1) }));
const canceled = (...reasons: string[]): Answer => ({ error: "TransactionCanceledException", reasons });

async function open(...answers: readonly Answer[]) {
  const dynamodb = await startRefusingDynamodb(answers);
  onTestFinished(() => dynamodb.close());
  const store = dynamodbStore({ client: dynamodb.client, table: "jobbell" });
  return { ...dynamodb, store, operations: () => dynamodb.requests.map(({ operation }) => operation) };
}

test("a step that meets another transaction is tried again", async () => {
  const { store, operations } = await open(canceled("None", "TransactionConflict", "None"), {});
  expect(await store.advance(step({ deliveries }))).toBe("advanced");
  expect(operations()).toEqual(["TransactWriteItems", "TransactWriteItems"]);
});

test.each([
  ["a transaction", deliveries, canceled("TransactionConflict", "None", "None")],
  ["a single write", [], { error: "TransactionConflictException" }],
])("a step whose row others write on and on is stale: %s", async (_, some, conflict) => {
  const { store, requests } = await open(conflict);
  expect(await store.advance(step({ deliveries: some }))).toBe("stale");
  expect(requests).toHaveLength(5);
});

test("a job's row that moved makes the step stale, whatever became of its deliveries", async () => {
  const { store, requests } = await open(canceled("ConditionalCheckFailed", "ConditionalCheckFailed", "None"));
  expect(await store.advance(step({ deliveries }))).toBe("stale");
  expect(requests).toHaveLength(1);
});

test("deliveries that are queued already are left out of the second try, and the last one needs no transaction", async () => {
  const { store, operations, requests } = await open(
    canceled("None", "ConditionalCheckFailed", "None"),
    canceled("None", "ConditionalCheckFailed"),
    {},
  );
  expect(await store.advance(step({ deliveries }))).toBe("advanced");
  expect(operations()).toEqual(["TransactWriteItems", "TransactWriteItems", "PutItem"]);
  const [, second] = requests.map(({ body }) => body.TransactItems as { Put: { Item: { pk: unknown } } }[]);
  expect(second?.[1]?.Put.Item.pk).toEqual({ S: "delivery#u1#hook" });
});

test("a step that says nothing costs a single write", async () => {
  const { store, operations } = await open({});
  const before = { key: "ml/mnist", version: 1, memory: step().after!.memory };
  await store.advance(step());
  await store.advance(step({ before, after: undefined }));
  expect(operations()).toEqual(["PutItem", "DeleteItem"]);
});

test("a claim that meets a transaction is tried again, and is an error where that does not help", async () => {
  const conflict = { error: "TransactionConflictException" };
  const passing = await open(conflict, conflict, {});
  const claim = { scope: "w", number: 1 };
  expect(await passing.store.claimScope("w", { until }, NOW)).toEqual({ claim, states: new Map(), interrupted: false });
  const lasting = await open(conflict);
  await expect(lasting.store.claimScope("w", { until }, NOW)).rejects.toMatchObject({ code: "unavailable" });
  expect(lasting.requests).toHaveLength(5);
});

test.each<[StoreError["code"], Answer]>([
  ["no-table", { error: "ResourceNotFoundException" }],
  ["no-permission", { error: "AccessDeniedException" }],
  ["no-permission", { error: "ExpiredTokenException" }],
  ["no-permission", { error: "UnrecognizedClientException" }],
  ["throttled", { error: "ThrottlingException" }],
  ["throttled", { error: "ProvisionedThroughputExceededException" }],
  ["throttled", canceled("None", "ThrottlingError", "None")],
  ["throttled", canceled("None", "ProvisionedThroughputExceeded", "None")],
  ["too-large", { error: "ValidationException" }],
  ["too-large", canceled("None", "ValidationError", "None")],
  ["unavailable", { error: "InternalServerError" }],
  ["unavailable", canceled()],
])("%s: %j is an error of one line that names the table and nothing else", async (code, answer) => {
  const { store, address } = await open(answer);
  const error: StoreError = await store.advance(step({ deliveries })).then(
    () => expect.unreachable(),
    (reason) => reason,
  );
  expect(error).toMatchObject({ name: "StoreError", code, cause: expect.any(Error) });
  expect(error.message).toMatch(/^The DynamoDB table jobbell [^\n]+\.$/);
  for (const secret of [address, "secret-role", "123456789012", "fake"]) expect(error.message).not.toContain(secret);
});

test("a DynamoDB that cannot be reached is an error that does not name its address", async () => {
  const { address, close } = await open({});
  await close();
  const store = dynamodbStore({ client: clientOf(address), table: "jobbell" });
  const error = await store.jobs(WATCH).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "unavailable" });
  expect(String(error)).not.toContain(address);
});

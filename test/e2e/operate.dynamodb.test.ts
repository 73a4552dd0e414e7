import { afterAll, beforeAll, expect, test } from "vitest";
import { dynamodbStore } from "#store/dynamodb/dynamodb-store";
import { run } from "../support/command.ts";
import { type DynamodbLocal, startDynamodbLocal } from "../support/dynamodb-local.ts";
import { claimedScope, event, ids, MINUTE, queue, settleHead } from "../support/store-steps.ts";

let local: DynamodbLocal;
beforeAll(async () => {
  local = await startDynamodbLocal();
});
afterAll(() => local.stop());

const NOW = Date.now();
const KEYS = { AWS_ACCESS_KEY_ID: "fake", AWS_SECRET_ACCESS_KEY: "fake-s3cret", AWS_EC2_METADATA_DISABLED: "true" };

const on = (
  table: string,
  args: readonly string[],
  env: Record<string, string> = { ...KEYS, AWS_REGION: "us-east-1" },
) => run([...args, "--table", table], { env: { AWS_ENDPOINT_URL_DYNAMODB: local.url, ...env } });

async function filled(): Promise<string> {
  const table = await local.freshTable();
  const store = dynamodbStore({ client: local.client, table });
  await queue(store, "chat", [event("u1", 1), event("u1", 2)], NOW - 9 * MINUTE);
  await settleHead(
    store,
    { uid: "u1", receiver: "chat" },
    { state: "dead", at: NOW, error: "no_service" },
    undefined,
    NOW,
  );
  await settleHead(store, { uid: "u1", receiver: "chat" }, { state: "delivered", at: NOW }, "memo", NOW);
  const { claim } = await claimedScope(store, "prod/ml", NOW);
  await store.finishScope(claim, new Map([["jobs.batch", { failures: 1, error: "forbidden" }]]));
  return table;
}

test("what an installation keeps is listed, looked at and queued again", async () => {
  const table = await filled();
  const listed = await on(table, ["deliveries"]);
  expect(listed).toMatchObject({ exit: 0, stderr: "" });
  expect(listed.stdout).toMatch(/\nevt_u1_2 .* delivered .*\nevt_u1_1 .* dead .* no_service\n$/);
  const status = await on(table, ["status", "--check", "--region", "us-east-1"], KEYS);
  expect(status).toMatchObject({ exit: 1, stderr: "" });
  expect(status.stdout).toMatch(/\nprod\/ml +jobs.batch +never +1 +forbidden\n\ndeliveries: 0 pending; 1 dead\n$/);
  expect((await on(table, ["replay", "--dead"])).stdout).toBe("queued again: 1 delivery\n");
  expect((await on(table, ["replay", "evt_u1_2", "--receiver", "chat"])).stdout).toBe("queued again: 1 delivery\n");
  const waiting = await dynamodbStore({ client: local.client, table }).waiting("chat", 10);
  expect(ids(waiting)).toEqual(["evt_u1_1", "evt_u1_2"]);
});

test.each<[string, Record<string, string>, RegExp]>([
  [
    "a table that is not there",
    { ...KEYS, AWS_REGION: "us-east-1" },
    /^jobbell: The DynamoDB table absent does not exist/,
  ],
  ["no region", KEYS, /^jobbell: The DynamoDB table absent .*AWS_REGION/],
  ["no credentials", { AWS_REGION: "us-east-1", AWS_EC2_METADATA_DISABLED: "true" }, /credentials/],
])("%s is one clear line and exit code 1", async (_, env, words) => {
  const { exit, stdout, stderr } = await on("absent", ["status"], env);
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
  expect(stderr.trim().split("\n")).toEqual([expect.stringMatching(words)]);
  expect(stderr).not.toMatch(/s3cret|127\.0\.0\.1/);
});

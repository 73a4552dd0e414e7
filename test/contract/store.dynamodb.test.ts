import { afterAll, beforeAll } from "vitest";
import { dynamodbStore } from "#store/dynamodb/dynamodb-store";
import { type DynamodbLocal, startDynamodbLocal } from "../support/dynamodb-local.ts";
import { NOW } from "../support/store-steps.ts";
import { storeContract } from "./store.ts";
import { tableContract } from "./store-table.ts";

let local: DynamodbLocal;
beforeAll(async () => {
  local = await startDynamodbLocal();
});
afterAll(() => local.stop());

storeContract(
  "DynamoDB",
  async () => {
    const table = await local.freshTable();
    return async () => dynamodbStore({ client: local.client, table, now: () => NOW });
  },
  { runs: 6, severalOwners: true },
);

tableContract(() => local);

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamodbStore } from "#store/dynamodb/dynamodb-store";
import type { Store } from "#store/store";
import { variable } from "./environment.ts";

// The table answers within 10 ms. A request that hangs must not take the invocation with it.
const CLIENT = {
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;

let opened: Store | undefined;

/** The installation's table. */
export function store(): Store {
  opened ??= dynamodbStore({ client: new DynamoDBClient(CLIENT), table: variable("JOBBELL_TABLE") });
  return opened;
}

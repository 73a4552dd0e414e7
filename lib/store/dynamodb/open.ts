import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Store } from "../store.ts";
import { dynamodbStore } from "./dynamodb-store.ts";

// Whoever waits at a terminal hears within half a minute that a table does not answer.
const CLIENT = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;

/** A store in a table, with a client of its own: credentials are those that the AWS CLI would take, and the region where none is given. */
export function openTable(table: string, region: string | undefined): Store {
  const client = new DynamoDBClient(region === undefined ? CLIENT : { ...CLIENT, region });
  return { ...dynamodbStore({ client, table }), close: async () => client.destroy() };
}

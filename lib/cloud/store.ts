import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamodbStore } from "#store/dynamodb/dynamodb-store";
import type { Store } from "#store/store";
import { variable } from "./environment.ts";

// The table answers within 10 ms. A request that hangs must not take the invocation with it.
const CLIENT = {
  maxAttempts: 5,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;

const opened = new Map<string, Store>();

/** The installation's table, the whole outbox or these shards of it. */
export function store(shards?: readonly number[]): Store {
  const key = String(shards);
  const kept = opened.get(key);
  if (kept !== undefined) return kept;
  const options = { client: new DynamoDBClient(CLIENT), table: variable("JOBBELL_TABLE") };
  const fresh = dynamodbStore(shards === undefined ? options : { ...options, shards });
  opened.set(key, fresh);
  return fresh;
}

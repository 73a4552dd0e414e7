import type { CreateTableCommandInput, UpdateTimeToLiveCommandInput } from "@aws-sdk/client-dynamodb";

/** The index of pending deliveries by the time of their next attempt, in shards. */
export const DUE = "due";
/** The index of what is listed as a whole: all scopes, the dead deliveries. */
export const LISTED = "listed";

/** The one table, on demand. Both indexes are sparse: idle jobs and delivered events are in none of them. */
export function tableDefinition(name: string): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: keys("pk", "sk"),
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "S" },
      { AttributeName: "dueShard", AttributeType: "N" },
      { AttributeName: "nextAttemptAt", AttributeType: "N" },
      { AttributeName: "list", AttributeType: "S" },
      { AttributeName: "listedAt", AttributeType: "N" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: DUE,
        KeySchema: keys("dueShard", "nextAttemptAt"),
        // Neither changes while a row is pending: a claim or a settlement rewrites no more of the index than its keys.
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["order", "queuedAt"] },
      },
      { IndexName: LISTED, KeySchema: keys("list", "listedAt"), Projection: { ProjectionType: "KEYS_ONLY" } },
    ],
  };
}

/** DynamoDB drops rows by itself once their `ttl`, in seconds, is past, up to two days late. */
export function timeToLive(name: string): UpdateTimeToLiveCommandInput {
  return { TableName: name, TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true } };
}

function keys(partition: string, sort: string): NonNullable<CreateTableCommandInput["KeySchema"]> {
  return [
    { AttributeName: partition, KeyType: "HASH" },
    { AttributeName: sort, KeyType: "RANGE" },
  ];
}

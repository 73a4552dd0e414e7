import { PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Cluster } from "#cluster/cluster";
import { queryOf, type Watch, watchId } from "#polling/watch";
import { watchPartition } from "#store/dynamodb/keys";
import type { MeteredTable } from "./metered.ts";

/** A tick as one writes it first: kind by kind it reads every row, lists, compares, and writes down how far it came. */
export async function naiveTick(table: MeteredTable, cluster: Cluster, watches: readonly Watch[]): Promise<void> {
  for (const watch of watches) {
    const pk = { S: watchPartition(watchId(watch)) };
    const rows = new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": pk },
      ConsistentRead: true,
    });
    await table.client.send(rows);
    const { resourceVersion } = await cluster.list(queryOf(watch), (object) => object, AbortSignal.timeout(60_000));
    const Item = { pk: { S: `cursor#${pk.S}` }, sk: { S: "cursor" }, rv: { S: resourceVersion } };
    await table.client.send(new PutItemCommand({ TableName: table.name, Item }));
  }
}

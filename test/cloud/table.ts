import {
  CreateTableCommand,
  type DynamoDBClient,
  type StreamViewType,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand, paginateScan, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { tableDefinition, timeToLive } from "#store/dynamodb/table";

type Row = Readonly<Record<string, unknown>>;

/** The installation's table, and what a test does to it from outside. */
export interface Table {
  readonly name: string;
  readonly streamArn: string;
  rows(): Promise<readonly Row[]>;
  put(row: Row): Promise<void>;
  /** Makes it later for the table: leases that are held end, and what waits for its next attempt is due. */
  letTimePass(): Promise<void>;
}

export async function createTable(client: DynamoDBClient, name: string, view: string): Promise<Table> {
  const stream = { StreamEnabled: true, StreamViewType: view as StreamViewType };
  const created = await client.send(new CreateTableCommand({ ...tableDefinition(name), StreamSpecification: stream }));
  await client.send(new UpdateTimeToLiveCommand(timeToLive(name)));
  const documents = DynamoDBDocumentClient.from(client);

  async function rows(): Promise<readonly Row[]> {
    const found: Row[] = [];
    const scan = { TableName: name, ConsistentRead: true };
    for await (const { Items = [] } of paginateScan({ client: documents }, scan)) found.push(...Items);
    return found;
  }

  async function set({ pk, sk }: Row, attribute: string): Promise<void> {
    await documents.send(
      new UpdateCommand({
        TableName: name,
        Key: { pk, sk },
        UpdateExpression: "SET #attribute = :now",
        ConditionExpression: "attribute_exists(#attribute)",
        ExpressionAttributeNames: { "#attribute": attribute },
        ExpressionAttributeValues: { ":now": Date.now() - 1 },
      }),
    );
  }

  return {
    name,
    streamArn: created.TableDescription?.LatestStreamArn ?? "",
    rows,
    async put(row) {
      await documents.send(new PutCommand({ TableName: name, Item: row }));
    },
    async letTimePass() {
      for (const row of await rows()) {
        if (row.until !== undefined) await set(row, "until");
        if (row.state === "pending" && row.nextAttemptAt !== undefined) await set(row, "nextAttemptAt");
      }
    },
  };
}

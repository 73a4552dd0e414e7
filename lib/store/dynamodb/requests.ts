import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  type QueryCommandInput,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Millis } from "../store.ts";
import { type Change, changing, expressions, type Piece } from "./expressions.ts";
import type { Key } from "./keys.ts";
import { CONDITION_FAILED, mayPass, pause, refusals, TRIES } from "./refusals.ts";

/** The table as one opened store sees it. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
  readonly owner: string;
  /** The time by which rows count as dropped. */
  readonly now: () => Millis;
  /** The shards of the outbox that this store looks at. */
  readonly shards: readonly number[];
}

export type Item = Readonly<Record<string, unknown>>;

/** Changes one row under a condition. Answers with the row as it is then, or `undefined` where the condition does not hold. */
export function update(table: Table, key: Key, change: Change, condition: Piece): Promise<Item | undefined> {
  return write(table, key, change, condition, "ALL_NEW");
}

/** As {@link update}, but answers with the row as it was before: empty where there was none. */
export function replace(table: Table, key: Key, change: Change, condition: Piece): Promise<Item | undefined> {
  return write(table, key, change, condition, "ALL_OLD");
}

async function write(
  table: Table,
  key: Key,
  change: Change,
  condition: Piece,
  answer: "ALL_OLD" | "ALL_NEW",
): Promise<Item | undefined> {
  const request = new UpdateCommand({
    TableName: table.name,
    Key: key,
    ...expressions({ UpdateExpression: changing(change), ConditionExpression: condition }),
    ReturnValues: answer,
  });
  for (let tries = 1; ; tries += 1) {
    try {
      const { Attributes } = await table.client.send(request);
      return Attributes ?? {};
    } catch (error) {
      const codes = refusals(error);
      if (codes.includes(CONDITION_FAILED)) return undefined;
      if (!mayPass(codes) || tries >= TRIES) throw error;
      await pause(tries);
    }
  }
}

/** One row as it is at this moment. */
export async function read({ client, name }: Table, key: Key): Promise<Item | undefined> {
  const { Item } = await client.send(new GetCommand({ TableName: name, Key: key, ConsistentRead: true }));
  return Item;
}

type Query = Omit<QueryCommandInput, "TableName">;

/** The pages that a query finds, read one by one as they are asked for. */
export async function* pages({ client, name }: Table, query: Query): AsyncGenerator<readonly Item[]> {
  for await (const { Items = [] } of paginateQuery({ client }, { TableName: name, ...query })) yield Items;
}

/** All that a query finds. */
export async function all(table: Table, query: Query): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages(table, query)) found.push(...page);
  return found;
}

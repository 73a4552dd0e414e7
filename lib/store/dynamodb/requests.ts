import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  type QueryCommandInput,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Millis } from "../store.ts";
import { isDropped } from "./conditions.ts";
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
  const written = await unlessRefused(() => table.client.send(request));
  return written && (written.Attributes ?? {});
}

/** Changes one row under a condition and writes another, both or neither: twice the price of {@link update}. */
export function updateBeside(
  { client, name: TableName }: Table,
  Key: Key,
  change: Change,
  condition: Piece,
  Item: Item,
): Promise<unknown | undefined> {
  const how = expressions({ UpdateExpression: changing(change), ConditionExpression: condition });
  const TransactItems = [{ Update: { TableName, Key, ...how } }, { Put: { TableName, Item } }];
  return unlessRefused(() => client.send(new TransactWriteCommand({ TransactItems })));
}

/** Sends a write whose conditions may not hold: then the answer is `undefined`. Where others get in the way it is sent again. */
export async function unlessRefused<T>(send: () => Promise<T>): Promise<T | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send();
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

const Kept = z.object({ ttl: z.number().optional() });

/** Those of at most 100 rows that there are and that are not past their keep, as they are at this moment, in no order. */
export async function readAll(table: Table, keys: readonly Key[]): Promise<readonly Item[]> {
  const { client, name } = table;
  const found: Item[] = [];
  let left: readonly Item[] = keys.map((key) => ({ ...key }));
  for (let tries = 1; left.length > 0; tries += 1) {
    const request = { Keys: [...left], ConsistentRead: true };
    const answer = await client.send(new BatchGetCommand({ RequestItems: { [name]: request } }));
    found.push(...(answer.Responses?.[name] ?? []));
    // More than 16 MB, or more than the table gives at once.
    left = answer.UnprocessedKeys?.[name]?.Keys ?? [];
    if (left.length > 0) await pause(tries);
  }
  return found.filter((item) => !isDropped(Kept.parse(item), table.now()));
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

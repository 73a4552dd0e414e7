import * as z from "zod";
import type { Delivery, Millis } from "../store.ts";
import { isDueBy } from "./conditions.ts";
import type { HeldDelivery } from "./delivery-row.ts";
import { allOf, expressions, piece } from "./expressions.ts";
import { receiverOf } from "./keys.ts";
import { inOrder } from "./merge.ts";
import { pages, type Table } from "./requests.ts";
import { pendingOf, waitFor } from "./stream.ts";
import { DUE } from "./table.ts";

const Entry = z.object({ pk: z.string(), nextAttemptAt: z.number(), order: z.number() });
type Entry = z.infer<typeof Entry>;

// Streams that are looked at together: the sockets of the SDK's client are 50.
const TOGETHER = 25;

/**
 * The index says which streams may have something due, oldest first over all shards; the table says what their first
 * pending delivery is. An index entry that is behind, or that is not the first of its stream, so costs one read. A row
 * that cannot be read keeps none but its own stream waiting: it is an error once nothing else is due.
 */
export async function due(
  table: Table,
  now: Millis,
  limit: number,
  except: readonly string[],
): Promise<readonly Delivery[]> {
  const found: Delivery[] = [];
  let damaged: z.ZodError | undefined;
  for await (const partitions of groups(partitionsDue(table, now, limit, except), TOGETHER)) {
    const heads = await Promise.all(partitions.map((partition) => readableHead(table, partition, now)));
    for (const head of heads) {
      if (head instanceof z.ZodError) damaged = head;
      else if (head !== undefined) found.push(head);
    }
    if (found.length >= limit) break;
  }
  if (found.length === 0 && damaged !== undefined) throw damaged;
  return found.sort(byTime).slice(0, limit);
}

async function readableHead(table: Table, partition: string, now: Millis): Promise<Delivery | z.ZodError | undefined> {
  try {
    return await dueHead(table, partition, now);
  } catch (error) {
    if (error instanceof z.ZodError) return error;
    throw error;
  }
}

async function dueHead(table: Table, partition: string, now: Millis): Promise<Delivery | undefined> {
  const [first, ...later] = await pendingOf(table, partition);
  if (first === undefined) return undefined;
  if (first.delivery.nextAttemptAt > now) {
    await waitFor(table, first, later);
    return undefined;
  }
  return isFree(first, now) ? first.delivery : undefined;
}

function isFree({ heldUntil }: HeldDelivery, now: Millis): boolean {
  return heldUntil === undefined || heldUntil <= now;
}

async function* partitionsDue(
  table: Table,
  now: Millis,
  limit: number,
  except: readonly string[],
): AsyncGenerator<string> {
  const seen = new Set<string>();
  for await (const { pk } of inOrder(
    table.shards.map((shard) => entries(table, shard, now, limit)),
    byTime,
  )) {
    if (!seen.has(pk) && !except.includes(receiverOf(pk))) yield pk;
    seen.add(pk);
  }
}

async function* entries(table: Table, shard: number, now: Millis, limit: number): AsyncGenerator<Entry> {
  const condition = allOf(piece("#dueShard = :shard", { ":shard": shard }), isDueBy(now));
  const query = { IndexName: DUE, Limit: Math.max(limit, 1), ...expressions({ KeyConditionExpression: condition }) };
  for await (const page of pages(table, query)) yield* page.map((item) => Entry.parse(item)).sort(byTime);
}

function byTime(a: Pick<Entry, "nextAttemptAt" | "order">, b: Pick<Entry, "nextAttemptAt" | "order">): number {
  return a.nextAttemptAt - b.nextAttemptAt || a.order - b.order;
}

async function* groups<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length === size) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

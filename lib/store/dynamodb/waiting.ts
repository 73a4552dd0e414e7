import * as z from "zod";
import type { Delivery } from "../store.ts";
import { expressions, piece } from "./expressions.ts";
import { receiverOf } from "./keys.ts";
import { all, type Table } from "./requests.ts";
import { pendingOf } from "./stream.ts";
import { DUE } from "./table.ts";

const Entry = z.object({ pk: z.string(), sk: z.string(), order: z.number(), queuedAt: z.number() });

/** What the index `due` knows of a pending delivery. */
export type QueuedEntry = z.infer<typeof Entry>;

/** All pending deliveries of the store's shards, a moment behind the table. */
export async function queuedEntries(table: Table): Promise<readonly QueuedEntry[]> {
  const found = await Promise.all(table.shards.map((shard) => entriesIn(table, shard)));
  return found.flat();
}

async function entriesIn(table: Table, shard: number): Promise<readonly QueuedEntry[]> {
  const condition = piece("#dueShard = :shard", { ":shard": shard });
  const found = await all(table, { IndexName: DUE, ...expressions({ KeyConditionExpression: condition }) });
  return found.map((item) => Entry.parse(item));
}

// As many reads as the sockets of the SDK's client take without waiting for one another.
const TOGETHER = 25;

/**
 * The index, which is by the time of the next attempt, is read whole: 100,000 entries are 14 MB and 1,700 read units. Of
 * the table only what is asked for is read.
 */
export async function waiting(table: Table, receiver: string, limit: number): Promise<readonly Delivery[]> {
  const entries = await queuedEntries(table);
  const streams = streamsByAge(entries.filter(({ pk }) => receiverOf(pk) === receiver));
  const found: Delivery[] = [];
  for (let from = 0; from < streams.length && found.length < limit; from += TOGETHER) {
    const some = streams.slice(from, from + TOGETHER);
    const rows = await Promise.all(some.map((partition) => readable(table, partition)));
    found.push(...rows.flat());
  }
  return found.slice(0, limit);
}

function streamsByAge(entries: readonly QueuedEntry[]): readonly string[] {
  const heads = new Map<string, QueuedEntry>();
  for (const entry of entries) {
    const head = heads.get(entry.pk);
    if (head === undefined || entry.order < head.order) heads.set(entry.pk, entry);
  }
  return [...heads.values()].sort((a, b) => a.queuedAt - b.queuedAt || a.order - b.order).map(({ pk }) => pk);
}

/** A stream with a row that cannot be read must not keep the others from being told of: `due` says what is wrong. */
async function readable(table: Table, partition: string): Promise<readonly Delivery[]> {
  try {
    return (await pendingOf(table, partition)).map(({ delivery }) => delivery);
  } catch (error) {
    if (error instanceof z.ZodError) return [];
    throw error;
  }
}

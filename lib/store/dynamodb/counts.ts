import * as z from "zod";
import { KEEP } from "../keep.ts";
import type { Millis, OutboxCounts } from "../store.ts";
import { expressions, piece } from "./expressions.ts";
import { deadList, receiverOf } from "./keys.ts";
import { all, type Table } from "./requests.ts";
import { DUE, LISTED } from "./table.ts";

const Queued = z.object({ pk: z.string(), queuedAt: z.number() });

/** Counted over the indexes, which are a moment behind the table. */
export async function counts(table: Table, isLeftAlone: (receiver: string) => boolean): Promise<OutboxCounts> {
  const [pending, dead] = await Promise.all([
    Promise.all(table.shards.map((shard) => queuedIn(table, shard))),
    Promise.all(table.shards.map((shard) => deadIn(table, shard))),
  ]);
  const queued = pending.flat();
  const waiting = queued.filter(({ pk }) => !isLeftAlone(receiverOf(pk)));
  return {
    pending: queued.length,
    held: queued.length - waiting.length,
    dead: sum(dead),
    oldestPendingAt: earliest(waiting.map(({ queuedAt }) => queuedAt)),
  };
}

async function queuedIn(table: Table, shard: number): Promise<readonly z.infer<typeof Queued>[]> {
  const condition = piece("#dueShard = :shard", { ":shard": shard });
  const found = await all(table, { IndexName: DUE, ...expressions({ KeyConditionExpression: condition }) });
  return found.map((item) => Queued.parse(item));
}

async function deadIn(table: Table, shard: number): Promise<number> {
  const kept = { ":list": deadList(shard), ":oldest": table.now() - KEEP.dead };
  const condition = piece("#list = :list AND #listedAt > :oldest", kept);
  const found = await all(table, { IndexName: LISTED, ...expressions({ KeyConditionExpression: condition }) });
  return found.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** Not by `Math.min(...)`: a long backlog has more entries than a call may have arguments. */
function earliest(times: readonly Millis[]): Millis | undefined {
  return times.reduce<Millis | undefined>((least, each) => Math.min(least ?? each, each), undefined);
}

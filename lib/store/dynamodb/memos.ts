import * as z from "zod";
import { KEEP } from "../keep.ts";
import type { Delivery, Millis, Stream } from "../store.ts";
import { isDropped, ttl } from "./conditions.ts";
import { memoKey } from "./keys.ts";
import { type Item, read, type Table } from "./requests.ts";

const Row = z.object({ memo: z.string(), ttl: z.number() });

/** The row of what a receiver said of a job. */
export function encodeMemo({ event: { uid }, receiver }: Delivery, memo: string, at: Millis): Item {
  return { ...memoKey({ uid, receiver }), memo, ttl: ttl(at + KEEP.memo) };
}

export async function memo(table: Table, stream: Stream): Promise<string | undefined> {
  const item = await read(table, memoKey(stream));
  if (item === undefined) return undefined;
  const row = Row.parse(item);
  return isDropped(row, table.now()) ? undefined : row.memo;
}

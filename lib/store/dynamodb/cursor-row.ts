import * as z from "zod";
import type { Cursor, WatchHealth } from "../store.ts";
import { watchPartition } from "./keys.ts";

const PREFIX = watchPartition("");

const Row = z.object({
  pk: z.string().startsWith(PREFIX),
  rv: z.string().optional(),
  tickedAt: z.number().optional(),
  failures: z.number().default(0),
  error: z.string().optional(),
});

/** Throws a `ZodError` for a row that is not a cursor. */
export function decodeHealth(item: unknown): WatchHealth {
  const { pk, rv, tickedAt, failures, error } = Row.parse(item);
  return { watch: pk.slice(PREFIX.length), cursor: cursorOf(rv, tickedAt), failures, error };
}

function cursorOf(resourceVersion: string | undefined, tickedAt: number | undefined): Cursor | undefined {
  return resourceVersion === undefined || tickedAt === undefined ? undefined : { resourceVersion, tickedAt };
}

import * as z from "zod";
import type { Cursor, Lease, Millis, Store, WatchHealth } from "../store.ts";
import { isFree, isHeldBy } from "./conditions.ts";
import { decodeHealth } from "./cursor-row.ts";
import { type Change, expressions, piece } from "./expressions.ts";
import { cursorKey, WATCHES } from "./keys.ts";
import { all, type Item, read, type Table, update } from "./requests.ts";
import { LISTED } from "./table.ts";

// The sort key is the same for all and for ever: a tick that finds no change must not write to the index as well.
const LISTING = { list: WATCHES, listedAt: 0 };

type TickResult = Parameters<Store["finishTick"]>[1];

const Keys = z.object({ pk: z.string(), sk: z.string() });

export async function claimWatch(
  table: Table,
  watch: string,
  { until }: Lease,
  now: Millis,
): Promise<{ readonly cursor: Cursor | undefined } | "busy"> {
  const set = { ...LISTING, owner: table.owner, until: Math.ceil(until) };
  const row = await update(table, cursorKey(watch), { set }, isFree(now));
  return row === undefined ? "busy" : { cursor: decodeHealth(row).cursor };
}

export async function finishTick(table: Table, watch: string, result: TickResult): Promise<void> {
  const key = cursorKey(watch);
  const { set, remove, add } = finished(result);
  const released = { set, remove: [...remove, "owner", "until"], add };
  if ((await update(table, key, released, isHeldBy(table.owner))) !== undefined) return;
  await update(table, key, { set, remove, add });
}

function finished(result: TickResult): Required<Change> {
  if ("error" in result) return { set: { ...LISTING, error: result.error }, remove: [], add: { failures: 1 } };
  const { resourceVersion, tickedAt } = result.cursor;
  return { set: { ...LISTING, rv: resourceVersion, tickedAt }, remove: ["failures", "error"], add: {} };
}

/** The index names the watches, by and by; their rows are read as they are. */
export async function watches(table: Table): Promise<readonly WatchHealth[]> {
  const condition = piece("#list = :watches", { ":watches": WATCHES });
  const found = await all(table, { IndexName: LISTED, ...expressions({ KeyConditionExpression: condition }) });
  const rows = await Promise.all(found.map((item) => read(table, Keys.parse(item))));
  const health = rows.filter((row): row is Item => row !== undefined).map(decodeHealth);
  return health.sort((a, b) => (a.watch < b.watch ? -1 : 1));
}

import * as z from "zod";
import type { DueJobs, JobRow, Millis } from "../store.ts";
import { expressions, type Piece, piece } from "./expressions.ts";
import { decodeJob } from "./job-row.ts";
import { dueList, type Key } from "./keys.ts";
import { pages, readAll, type Table } from "./requests.ts";
import { LISTED } from "./table.ts";

const Entry = z.object({ pk: z.string(), sk: z.string(), listedAt: z.number() });
type Entry = z.infer<typeof Entry>;

/** The index is a moment behind: the rows themselves, read strongly, say whether they are due. */
export async function jobsDue(table: Table, watch: string, now: Millis, limit: number): Promise<DueJobs> {
  const isDue = piece("#list = :list AND #listedAt <= :now", { ":list": dueList(watch), ":now": now });
  const entries = await firstEntries(table, isDue, limit + 1);
  const dueAt = (row: JobRow) => row.dueAt ?? Number.POSITIVE_INFINITY;
  const rows = (await rowsOf(table, entries.slice(0, limit))).filter((row) => dueAt(row) <= now);
  const next = entries[limit] ?? (await nextEntry(table, watch, now));
  return { rows: rows.sort((a, b) => dueAt(a) - dueAt(b) || (a.key < b.key ? -1 : 1)), next: next?.listedAt };
}

/** A query of its own: to read on from what is due would read all that waits, up to the limit. */
async function nextEntry(table: Table, watch: string, now: Millis): Promise<Entry | undefined> {
  const isLater = piece("#list = :list AND #listedAt > :now", { ":list": dueList(watch), ":now": now });
  const [first] = await firstEntries(table, isLater, 1);
  return first;
}

/** A page may have fewer than were asked for, where their keys are long. */
async function firstEntries(table: Table, condition: Piece, limit: number): Promise<readonly Entry[]> {
  const query = { IndexName: LISTED, Limit: limit, ...expressions({ KeyConditionExpression: condition }) };
  const entries: Entry[] = [];
  for await (const page of pages(table, query)) {
    entries.push(...page.map((item) => Entry.parse(item)));
    if (entries.length >= limit) break;
  }
  return entries;
}

// What one request reads.
const TOGETHER = 100;

async function rowsOf(table: Table, entries: readonly Entry[]): Promise<readonly JobRow[]> {
  // While a row's time changes the index may have it twice, and no request may name a row twice.
  const keys = [...new Map(entries.map(({ pk, sk }): [string, Key] => [sk, { pk, sk }])).values()];
  const rows: JobRow[] = [];
  for (let from = 0; from < keys.length; from += TOGETHER) {
    rows.push(...(await readAll(table, keys.slice(from, from + TOGETHER))).map(decodeJob));
  }
  return rows;
}

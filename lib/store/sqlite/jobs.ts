import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { bucketOf } from "../bucket.ts";
import { json, Memory } from "../schemas.ts";
import type { Advance, DueJobs, JobRow, Millis } from "../store.ts";

const Row = z
  .object({
    key: z.string(),
    version: z.number(),
    memory: json(Memory),
    left_at: z.number().nullable(),
    due_at: z.number().nullable(),
  })
  .transform(
    ({ left_at, due_at, ...row }): JobRow => ({
      ...row,
      ...(due_at !== null && { dueAt: due_at }),
      ...(left_at !== null && { left: true }),
    }),
  );

const DueAt = z.object({ due_at: z.number() });

const INSERT = `
  INSERT INTO job (watch, key, version, memory, left_at, due_at)
  VALUES (:watch, :key, :version, :memory, :leftAt, :dueAt)
  ON CONFLICT DO NOTHING`;
const UPDATE = `
  UPDATE job SET version = :version, memory = :memory, left_at = :leftAt, due_at = :dueAt
  WHERE watch = :watch AND key = :key AND version = :before`;
const DELETE = "DELETE FROM job WHERE watch = :watch AND key = :key AND version = :before";
const NAMED = "SELECT key, version, memory, left_at, due_at FROM job WHERE watch = :watch AND key = :key";
const DUE = `
  SELECT key, version, memory, left_at, due_at FROM job WHERE watch = :watch AND due_at IS NOT NULL
  ORDER BY due_at, key LIMIT :limit`;
const FIND = "SELECT 1 FROM job WHERE watch = :watch AND key = :key";

/** The memories of jobs. */
export function jobTable(database: DatabaseSync) {
  const insert = database.prepare(INSERT);
  const update = database.prepare(UPDATE);
  const forget = database.prepare(DELETE);
  const find = database.prepare(FIND);
  const due = database.prepare(DUE);
  const named = database.prepare(NAMED);
  const all = database.prepare("SELECT key, version, memory, left_at, due_at FROM job WHERE watch = ? ORDER BY key");

  return {
    all(watch: string, buckets?: readonly number[]): ReadonlyMap<string, JobRow> {
      const rows = new Map<string, JobRow>();
      // One by one: all rows of a large watch, as they are stored, would take as much memory again.
      for (const stored of all.iterate(watch)) {
        if (!isIn(String(stored.key), buckets)) continue;
        const row = Row.parse(stored);
        rows.set(row.key, row);
      }
      return rows;
    },
    named(watch: string, keys: readonly string[]): ReadonlyMap<string, JobRow> {
      const rows = keys.map((key) => named.get({ watch, key })).filter((stored) => stored !== undefined);
      return new Map(
        z
          .array(Row)
          .parse(rows)
          .map((row) => [row.key, row]),
      );
    },
    due(watch: string, now: Millis, limit: number): DueJobs {
      const found = due.all({ watch, limit: limit + 1 });
      const dueAt = (stored: unknown) => DueAt.parse(stored).due_at;
      const taken = found.slice(0, limit).filter((stored) => dueAt(stored) <= now);
      const next = found[taken.length];
      return { rows: z.array(Row).parse(taken), next: next === undefined ? undefined : dueAt(next) };
    },
    /** False where the row is not the one that was read: nothing is written then. */
    move({ watch, key, before, after, now }: Advance, version: number): boolean {
      const row = { watch, key };
      if (after === undefined) {
        if (before === undefined) return find.get(row) === undefined;
        return forget.run({ ...row, before: before.version }).changes === 1;
      }
      const { memory, left, dueAt = null } = after;
      const next = { ...row, version, memory: JSON.stringify(memory), leftAt: left ? now : null, dueAt };
      const result = before === undefined ? insert.run(next) : update.run({ ...next, before: before.version });
      return result.changes === 1;
    },
  };
}

/** To filter costs microseconds a row; to read a row's memory costs ten times that. */
function isIn(key: string, buckets: readonly number[] | undefined): boolean {
  return buckets === undefined || buckets.includes(bucketOf(key));
}

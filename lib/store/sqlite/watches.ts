import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import type { Cursor, Lease, Millis, Store, WatchHealth } from "../store.ts";
import { transaction } from "./transaction.ts";

const WatchRow = z.object({
  watch: z.string(),
  resource_version: z.string().nullable(),
  ticked_at: z.number().nullable(),
  failures: z.number(),
  error: z.string().nullable(),
});
type WatchRow = z.infer<typeof WatchRow>;

const CLAIM = `
  INSERT INTO watch (watch, owner, until) VALUES (:watch, :owner, :until)
  ON CONFLICT (watch) DO UPDATE SET owner = :owner, until = :until WHERE owner IS NULL OR until <= :now
  RETURNING *`;
const SUCCEEDED = `
  INSERT INTO watch (watch, resource_version, ticked_at) VALUES (:watch, :resourceVersion, :tickedAt)
  ON CONFLICT (watch) DO UPDATE SET resource_version = :resourceVersion, ticked_at = :tickedAt, failures = 0, error = NULL`;
const FAILED = `
  INSERT INTO watch (watch, failures, error) VALUES (:watch, 1, :error)
  ON CONFLICT (watch) DO UPDATE SET failures = failures + 1, error = :error`;
const RELEASE = "UPDATE watch SET owner = NULL, until = NULL WHERE watch = :watch AND owner = :owner";

/** The cursors and leases of watches. */
export function watchTable(database: DatabaseSync, owner: string) {
  const claim = database.prepare(CLAIM);
  const succeeded = database.prepare(SUCCEEDED);
  const failed = database.prepare(FAILED);
  const release = database.prepare(RELEASE);
  const all = database.prepare("SELECT * FROM watch ORDER BY watch");

  return {
    claim(watch: string, { until }: Lease, now: Millis): { readonly cursor: Cursor | undefined } | "busy" {
      const row = claim.get({ watch, owner, until: Math.ceil(until), now });
      return row === undefined ? "busy" : { cursor: cursorOf(WatchRow.parse(row)) };
    },
    finish(watch: string, result: Parameters<Store["finishTick"]>[1]): void {
      transaction(database, () => {
        if ("cursor" in result) succeeded.run({ watch, ...result.cursor });
        else failed.run({ watch, error: result.error });
        release.run({ watch, owner });
      });
    },
    health(): readonly WatchHealth[] {
      return z.array(WatchRow).parse(all.all()).map(healthOf);
    },
  };
}

function healthOf(row: WatchRow): WatchHealth {
  return { watch: row.watch, cursor: cursorOf(row), failures: row.failures, error: row.error ?? undefined };
}

function cursorOf({ resource_version, ticked_at }: WatchRow): Cursor | undefined {
  if (resource_version === null || ticked_at === null) return undefined;
  return { resourceVersion: resource_version, tickedAt: ticked_at };
}

import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { laneId, nextVersion } from "../lane.ts";
import type { LaneRow, Millis } from "../store.ts";

const Row = z.object({ version: z.number(), state: z.string() });

const INSERT = `
  INSERT INTO lane (lane, version, state, written_at) VALUES (:lane, :version, :state, :at) ON CONFLICT DO NOTHING`;
const UPDATE = `
  UPDATE lane SET version = :version, state = :state, written_at = :at WHERE lane = :lane AND version = :before`;

/** The paces that processes keep together. */
export function laneTable(database: DatabaseSync) {
  const find = database.prepare("SELECT version, state FROM lane WHERE lane = ?");
  const insert = database.prepare(INSERT);
  const update = database.prepare(UPDATE);

  return {
    read(name: string): LaneRow | undefined {
      const row = find.get(laneId(name));
      return row === undefined ? undefined : Row.parse(row);
    },
    move(name: string, before: LaneRow | undefined, state: string, now: Millis): "moved" | "stale" {
      const next = { lane: laneId(name), version: nextVersion(before, now), state, at: Math.floor(now) };
      const result = before === undefined ? insert.run(next) : update.run({ ...next, before: before.version });
      return result.changes === 1 ? "moved" : "stale";
    },
  };
}

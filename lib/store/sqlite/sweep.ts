import type { DatabaseSync } from "node:sqlite";
import { KEEP } from "../keep.ts";
import type { Millis } from "../store.ts";
import { transaction } from "./transaction.ts";

/** Drops what is past its keep. */
export function sweeper(database: DatabaseSync): (now: Millis) => void {
  const settled = database.prepare("DELETE FROM delivery WHERE state = ? AND state <> 'pending' AND settled_at <= ?");
  const left = database.prepare("DELETE FROM job WHERE left_at <= ?");
  const memos = database.prepare("DELETE FROM memo WHERE written_at <= ?");
  const lanes = database.prepare("DELETE FROM lane WHERE written_at <= ?");

  const silences = database.prepare("DELETE FROM silence WHERE ends_at <= ?");

  return (now) =>
    transaction(database, () => {
      settled.run("delivered", now - KEEP.delivered);
      settled.run("dead", now - KEEP.dead);
      left.run(now - KEEP.left);
      memos.run(now - KEEP.memo);
      lanes.run(now - KEEP.lane);
      silences.run(now - KEEP.silence);
    });
}

import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import type { Delivery, Millis, Stream } from "../store.ts";

const Row = z.object({ memo: z.string() });

const WRITE = `
  INSERT INTO memo (uid, receiver, memo, written_at) VALUES (:uid, :receiver, :memo, :at)
  ON CONFLICT DO UPDATE SET memo = :memo, written_at = :at`;

/** What receivers said of jobs before. */
export function memoTable(database: DatabaseSync) {
  const write = database.prepare(WRITE);
  const find = database.prepare("SELECT memo FROM memo WHERE uid = :uid AND receiver = :receiver");

  return {
    write({ event: { uid }, receiver }: Delivery, memo: string, at: Millis): void {
      write.run({ uid, receiver, memo, at });
    },
    read({ uid, receiver }: Stream): string | undefined {
      const row = find.get({ uid, receiver });
      return row === undefined ? undefined : Row.parse(row).memo;
    },
  };
}

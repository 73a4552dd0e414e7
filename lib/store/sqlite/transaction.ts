import type { DatabaseSync } from "node:sqlite";

/** Runs `work` as one transaction that holds the write lock from its start: what it reads is still so when it writes. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** SQLite has rolled back by itself after some errors (a full disk); to say so again would hide the first error. */
function rollBack(database: DatabaseSync): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // Nothing is left to undo.
  }
}

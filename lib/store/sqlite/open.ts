import type { DatabaseSync } from "node:sqlite";
import { loadSqlite } from "./node-sqlite.ts";
import { migrate } from "./schema.ts";

/** Opens a state file, creates it where there is none, and brings its schema up to date. */
export function openDatabase(path: string, lockTimeoutMs: number): DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  const database = new DatabaseSync(path);
  return orClosed(database, () => {
    database.exec(`PRAGMA busy_timeout = ${lockTimeoutMs}`);
    migrate(database, path);
    useWriteAheadLog(database, lockTimeoutMs);
    return database;
  });
}

/** Runs `work`, and closes the database where it fails. */
export function orClosed<T>(database: DatabaseSync, work: () => T): T {
  try {
    return work();
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * A reader does not wait for a writer then, nor a writer for readers. With `synchronous = NORMAL` a power cut may take
 * back the last commits, whole and in order; the end of a process takes back none.
 */
function useWriteAheadLog(database: DatabaseSync, lockTimeoutMs: number): void {
  database.exec("PRAGMA synchronous = NORMAL");
  const deadline = Date.now() + lockTimeoutMs;
  for (;;) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      // Beside a writer this step fails at once, whatever the busy timeout: two processes may take it with one new file.
      if (!isBusy(error) || Date.now() >= deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}

import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { isAlive, startOf } from "./processes.ts";
import { transaction } from "./transaction.ts";

const Sessions = z.array(z.object({ owner: z.string(), pid: z.number(), started: z.string() }));
type Session = z.infer<typeof Sessions>[number];

/** The owners that this process has open: its number alone would not tell them from an earlier process of that number. */
const open = new Set<string>();

/**
 * Writes down who opened the file, and frees the leases of everybody of this machine who has died since without
 * closing it: the process that starts after a `kill -9` must not wait for leases that nobody holds.
 */
export function openSession(database: DatabaseSync): string {
  const owner = randomUUID();
  open.add(owner);
  transaction(database, () => {
    for (const dead of sessionsHere(database).filter((session) => !isOpen(session))) end(database, dead.owner);
    database
      .prepare("INSERT INTO session (owner, host, pid, started) VALUES (?, ?, ?, ?)")
      .run(owner, hostname(), process.pid, startOf(process.pid));
  });
  return owner;
}

/** Gives back every lease that is still held. */
export function closeSession(database: DatabaseSync, owner: string): void {
  open.delete(owner);
  transaction(database, () => end(database, owner));
}

// A container starts with the same number again and again: that number in an earlier session is nobody.
function isOpen({ owner, pid, started }: Session): boolean {
  return pid === process.pid ? open.has(owner) : isAlive(pid, started);
}

function sessionsHere(database: DatabaseSync): readonly Session[] {
  return Sessions.parse(database.prepare("SELECT owner, pid, started FROM session WHERE host = ?").all(hostname()));
}

function end(database: DatabaseSync, owner: string): void {
  // Not freed of its owner, for it was not finished: whoever claims it next has to know.
  database.prepare("UPDATE scope SET until = 0 WHERE owner = ?").run(owner);
  database.prepare("UPDATE delivery SET owner = NULL, until = NULL WHERE owner = ?").run(owner);
  database.prepare("DELETE FROM session WHERE owner = ?").run(owner);
}

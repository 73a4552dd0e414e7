import type { Millis } from "#store/store";
import { advanceAll, type Written } from "./advance.ts";
import { compareUntouched } from "./compare.ts";
import { withOpen } from "./digests.ts";
import type { Found, Position, Turn } from "./turn.ts";
import { watchId } from "./watch.ts";

// Each row is a transaction of 10 ms, 16 side by side, and perhaps a look at its pods: the rest is left to the next tick.
const MOST_AT_ONCE = 500;
const MOST_ROUNDS = 4;

/**
 * Raises what time alone has made due by `asOf`, up to when the jobs are known. `lost`: the scope is somebody else's by now.
 * Throws what the store throws.
 */
export async function raiseDue(turn: Turn, asOf: Millis): Promise<Written | "lost"> {
  const { services, watch, agenda } = turn;
  const all: Written[] = [];
  for (let round = 0; round < MOST_ROUNDS && isDue(turn, asOf); round += 1) {
    const { rows, next } = await services.store.jobsDue(watchId(watch), asOf, MOST_AT_ONCE);
    const changes = rows.map((row) => compareUntouched(row));
    const written = await advanceAll(turn, changes, asOf);
    if (written === "lost") return written;
    // Not before: what could not be written is still due.
    agenda.answered(next, services.now());
    all.push(written);
    // What an index still has, and a row has not any more, is not asked for again and again.
    if (rows.length === 0) break;
  }
  const stale = all.flatMap((written) => written.stale);
  if (stale.length > 0) agenda.forget(services.now());
  return { events: all.reduce((sum, { events }) => sum + events, 0), stale };
}

/** Whether there may be something to raise. */
export function isDue({ agenda }: Turn, asOf: Millis): boolean {
  const dueAt = agenda.dueAt();
  return dueAt !== undefined && dueAt <= asOf;
}

/** What was found, and what the rows agree with after that. */
export function afterRaising(
  { events, stale }: Written,
  { digests, ...position }: Position,
): { readonly position: Position; readonly found: Found } {
  return {
    position: { ...position, digests: digests && withOpen(digests, stale) },
    found: { objects: 0, events, unreadable: [] },
  };
}

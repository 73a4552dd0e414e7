import { hash } from "node:crypto";
import { BUCKETS, bucketOf } from "#store/bucket";
import type { Cursor, Millis } from "#store/store";
import { type Watch, watchId } from "./watch.ts";

/** When rules over time want to look at jobs of a watch, as far as that is known: the store is asked when there is something to find. */
export interface Agenda {
  /** Not before this; absent where no job waits. */
  dueAt(): Millis | undefined;
  /** Notes when a row is due that is about to be written. */
  note(dueAt: Millis, now: Millis): void;
  /** Notes when the next row is due, as the store says. */
  answered(next: Millis | undefined, now: Millis): void;
  /** Somebody else may have written rows. */
  forget(now: Millis): void;
  /** What of it is remembered. */
  fields(now: Millis): Pick<Cursor, "dueAt" | "dueLately">;
}

/** An index of DynamoDB is some milliseconds behind its table. This is more than that, and less than from tick to tick. */
const LAG_MS = 50_000;
/** So often the store is asked whatever is known: an index may be behind for longer, once. */
const ANYWAY_EVERY_MS = 3_600_000;

/** `isKnown`: no row was written of which the cursor does not know. */
export function openAgenda(watch: Watch, cursor: Cursor | undefined, isKnown: boolean, now: Millis): Agenda {
  let { dueAt, dueLately: lately } = cursor ?? {};
  const forget = (at: Millis) => {
    dueAt = 0;
    lately = { dueAt: 0, writtenAt: at };
  };
  const isLate = (at: Millis) => lately !== undefined && at < lately.writtenAt + LAG_MS;
  if (!hasRules(watch)) [dueAt, lately] = [undefined, undefined];
  else if (cursor === undefined || !isKnown) forget(now);
  else if (isTurn(watch, cursor.tickedAt, now)) dueAt = 0;

  return {
    dueAt: () => dueAt,
    note(at, writtenAt) {
      dueAt = earlier(dueAt, at);
      lately = { dueAt: earlier(isLate(writtenAt) ? lately?.dueAt : undefined, at), writtenAt };
    },
    answered(next, at) {
      dueAt = next;
      if (lately === undefined || !isLate(at)) lately = undefined;
      else {
        // What should have been found and was not is asked for when the index has it.
        const { writtenAt } = lately;
        lately = { dueAt: lately.dueAt > at ? lately.dueAt : writtenAt + LAG_MS, writtenAt };
        dueAt = earlier(next, lately.dueAt);
      }
    },
    forget,
    fields: (at) => ({ ...(dueAt !== undefined && { dueAt }), ...(lately && isLate(at) && { dueLately: lately }) }),
  };
}

function earlier(one: Millis | undefined, other: Millis): Millis {
  return one === undefined ? other : Math.min(one, other);
}

/** A cursor with what of the agenda is to be remembered. */
export function withAgenda({ dueAt: _, dueLately: __, ...cursor }: Cursor, agenda: Agenda, now: Millis): Cursor {
  return { ...cursor, ...agenda.fields(now) };
}

function isTurn(watch: Watch, tickedAt: Millis, now: Millis): boolean {
  const shift = (bucketOf(watchId(watch)) * ANYWAY_EVERY_MS) / BUCKETS;
  const turnOf = (at: Millis) => Math.floor((at + shift) / ANYWAY_EVERY_MS);
  return turnOf(tickedAt) !== turnOf(now);
}

function hasRules({ rules = [] }: Watch): boolean {
  return rules.length > 0;
}

/** Names the rules of a watch; nothing, where it has none. */
export function rulesName({ rules = [] }: Watch): string | undefined {
  return rules.length === 0 ? undefined : hash("sha256", JSON.stringify(rules), "base64url").slice(0, 6);
}

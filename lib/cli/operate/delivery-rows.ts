import type { Delivery, Millis } from "#store/store";
import { duration } from "#words/words";
import { table } from "../table.ts";

const HEADINGS = ["ID", "EVENT", "JOB", "RECEIVER", "STATE", "ATTEMPTS", "AGE", "NEXT", "NOTE"];

/** Deliveries in lines, each with its event's id, by which it is replayed. */
export function tableOf(deliveries: readonly Delivery[], now: Millis): readonly string[] {
  const rows = deliveries.map((delivery) => rowOf(delivery, now));
  return table(HEADINGS, rows);
}

function rowOf(delivery: Delivery, now: Millis): readonly string[] {
  const { event, receiver, state, attempts, queuedAt, error, digest } = delivery;
  const what = [event.id, event.event, `${event.namespace}/${event.name}`, receiver, state, String(attempts)];
  return [...what, duration((now - queuedAt) / 1000), nextOf(delivery, now), error ?? digest ?? ""];
}

function nextOf({ state, nextAttemptAt }: Delivery, now: Millis): string {
  if (state !== "pending") return "";
  return nextAttemptAt <= now ? "now" : `in ${duration(Math.ceil((nextAttemptAt - now) / 1000))}`;
}

/** A delivery as programs read it: times in RFC 3339. */
export function recordOf(delivery: Delivery): object {
  const { event, receiver, state, attempts, failures, queuedAt, nextAttemptAt, error, digest } = delivery;
  return {
    ...{ id: event.id, receiver, state, attempts, failures, queuedAt: timeOf(queuedAt) },
    ...(state === "pending" && { nextAttemptAt: timeOf(nextAttemptAt) }),
    ...(error !== undefined && { error }),
    ...(digest !== undefined && { digest }),
    event,
  };
}

/** Milliseconds as RFC 3339 in UTC: `2026-11-21T00:13:07.120Z`. */
export function timeOf(at: Millis): string {
  return new Date(at).toISOString();
}

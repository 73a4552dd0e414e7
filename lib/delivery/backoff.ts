import type { Outcome } from "#receivers/receiver";
import type { Delivery, Millis, Settlement } from "#store/store";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long to wait after the first, second, … failure; after the last the delivery is dead. Together 25 to 38 hours: a receiver may be down for a day, whatever chance says. */
export const BACKOFF_MS: readonly Millis[] = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  12 * HOUR,
  12 * HOUR,
];

/** Each wait is longer or shorter by up to a fifth, so that what failed together does not come back together. */
const JITTER = 0.2;

/** A receiver that only ever asks for patience gets it for this long. */
const PATIENCE_MS = 72 * HOUR;

/** … and as many attempts: what was queued while this machine was off for days is no older than its first attempt. */
const PATIENT_ATTEMPTS = 10;

/** Wait where a throttling receiver names no time, in milliseconds. */
export const THROTTLED_MS = 5 * SECOND;

/** What becomes of a delivery after an attempt. `random` is from 0 to 1. */
export function settle(delivery: Delivery, outcome: Outcome, now: Millis, random: number): Settlement {
  switch (outcome.state) {
    case "delivered":
      return { state: "delivered", at: now };
    case "dead":
      return { state: "dead", at: now, error: outcome.reason };
    case "retry":
      return outcome.throttled ? slowDown(delivery, outcome, now) : tryAgain(delivery, outcome, now, random);
    default:
      return outcome satisfies never;
  }
}

type Retry = Extract<Outcome, { state: "retry" }>;

function tryAgain({ failures, attempts }: Delivery, outcome: Retry, now: Millis, random: number): Settlement {
  const wait = BACKOFF_MS[failures];
  if (wait === undefined) return giveUp(outcome, now, `gave up after ${attempts} attempts`);
  const jittered = wait * (1 - JITTER + 2 * JITTER * random);
  const nextAttemptAt = now + Math.round(Math.max(jittered, outcome.retryAfterMs ?? 0));
  return { state: "retry", nextAttemptAt, failed: true, error: outcome.reason };
}

/** A receiver that is well but wants a slower pace costs no step of the backoff. */
function slowDown({ queuedAt, attempts }: Delivery, outcome: Retry, now: Millis): Settlement {
  const isOld = now - queuedAt > PATIENCE_MS && attempts >= PATIENT_ATTEMPTS;
  if (isOld) return giveUp(outcome, now, "gave up after three days of waiting");
  const nextAttemptAt = now + (outcome.retryAfterMs ?? THROTTLED_MS);
  return { state: "retry", nextAttemptAt, failed: false, error: outcome.reason };
}

function giveUp(outcome: Retry, at: Millis, why: string): Settlement {
  return { state: "dead", at, error: `${why}: ${outcome.reason}` };
}

import type { JobEvent } from "#jobs/event";
import type { Explanation } from "#jobs/explanation";
import { STEP_TYPES } from "#jobs/job";
import { cut, wellFormed } from "#text/clean";
import { lastLines } from "#words/explanation";
import type { EventData } from "./event-schema.ts";

// Receivers of Standard Webhooks may refuse bodies over 20 kB; a condition's message may have 32 kB.
const MAX_MESSAGE = 8_192;
const MAX_REASON = 1_024;

/** What programs are told of an event, in every format the same: the same event always gives the same fields in the same order. */
export function eventData(event: JobEvent): EventData {
  const { cluster, apiVersion, kind, namespace, name, uid } = event;
  return {
    version: 1,
    event: event.event,
    job: { cluster, apiVersion, kind, namespace, name, uid, labels: sorted(event.labels, (value) => value) },
    condition: conditionOf(event),
    previous: event.previous === undefined ? null : { event: event.previous.event, at: event.previous.at },
    durationSeconds: event.durationSeconds ?? null,
    sincePreviousSeconds: event.sincePreviousSeconds ?? null,
    replicas: sorted(event.replicas, ({ active, succeeded, failed, desired = null }) => ({
      active,
      succeeded,
      failed,
      desired,
    })),
    rule: ruleOf(event),
    explanation: event.explanation === undefined ? null : explanationOf(event.explanation),
  };
}

function ruleOf({ rule }: JobEvent): EventData["rule"] {
  if (rule === undefined) return null;
  const { type, since, seconds, restarts = null, moreThan = null } = rule;
  return { type, since, seconds, restarts, moreThan };
}

const MAX_LOG_LINES = 20;
const MAX_LOG = 4_096;
const MAX_WARNINGS = 5;

function explanationOf({ log = [], warnings = [], ...why }: Explanation): EventData["explanation"] {
  return {
    pod: cutOrNull(why.pod, MAX_REASON),
    replica: cutOrNull(why.replica, MAX_REASON),
    container: cutOrNull(why.container, MAX_REASON),
    exitCode: why.exitCode ?? null,
    signal: cutOrNull(why.signal, MAX_REASON),
    reason: cutOrNull(why.reason, MAX_REASON),
    message: cutOrNull(why.message, MAX_REASON),
    log: [...lastLines(log.slice(-MAX_LOG_LINES), MAX_LOG, (line) => cut(line, MAX_REASON))],
    warnings: warnings.slice(-MAX_WARNINGS).map(({ reason, message, count = 1 }) => ({
      reason: cut(reason, MAX_REASON),
      message: cut(message, MAX_REASON),
      count,
    })),
  };
}

/** JSON that has a UTF-8 form, whatever the cluster sent: strict parsers refuse a body for half a surrogate pair. */
export function strictJson(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === "string" ? wellFormed(part) : part));
}

function conditionOf({ event, at, reason, message }: JobEvent): EventData["condition"] {
  const type = STEP_TYPES.find((step) => step === event);
  if (type === undefined) return null;
  return { type, reason: cutOrNull(reason, MAX_REASON), message: cutOrNull(message, MAX_MESSAGE), at };
}

function cutOrNull(text: string | undefined, max: number): string | null {
  return text === undefined ? null : cut(text, max);
}

// A store may give a map's entries back in another order.
function sorted<T, U>(record: Readonly<Record<string, T>>, write: (value: T) => U): Record<string, U> {
  const entries = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [wellFormed(key), write(value)]));
}

import * as z from "zod";
import { EVENT_TYPES, type JobEvent } from "#jobs/event";
import { cut, wellFormed } from "#text/clean";

const Time = z.string().describe("RFC 3339 in UTC, whole seconds");
const Step = z.enum(EVENT_TYPES).exclude(["Vanished"]); // nothing shows that a job vanished, and nothing follows it
const Count = z.int().min(0);
const Length = z.number().nullable();

const Job = z.object({
  cluster: z.string().describe("The cluster's name in Jobbell's configuration"),
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  uid: z.string().describe("Kubernetes' id: a job that is made again under the same name has another one"),
  labels: z.record(z.string(), z.string()),
});

const Condition = z
  .object({
    type: Step,
    reason: z.string().nullable(),
    message: z.string().nullable().describe("At most 8192 characters; a longer one ends in …"),
    at: Time.describe("The condition's lastTransitionTime"),
  })
  .describe("The condition that witnesses the event, in Jobbell's words for all kinds; null for Vanished");

const Replica = z.object({
  active: Count,
  succeeded: Count,
  failed: Count,
  desired: Count.nullable().describe("What the spec asks for; null where it does not say"),
});

/** What a webhook receives: the contract, version 1. Fields may be added to a version; none is removed or changes its meaning. */
export const WebhookBody = z.object({
  type: z.enum(EVENT_TYPES.map((type) => `job.${type.toLowerCase()}` as const)),
  timestamp: Time.describe("When it happened; the webhook-timestamp header says when it was sent"),
  data: z.object({
    version: z.literal(1),
    event: z.enum(EVENT_TYPES),
    job: Job,
    condition: Condition.nullable(),
    previous: z
      .object({ event: z.enum(EVENT_TYPES), at: Time })
      .nullable()
      .describe("The step before this one"),
    durationSeconds: Length.describe("From the job's start to this event; null where unknown"),
    sincePreviousSeconds: Length.describe("From the previous step to this event; null where unknown"),
    replicas: z.record(z.string(), Replica).describe("Pods by replica type"),
  }),
});
export type WebhookBody = z.infer<typeof WebhookBody>;

// Receivers of Standard Webhooks may refuse bodies over 20 kB; a condition's message may have 32 kB.
const MAX_MESSAGE = 8_192;
const MAX_REASON = 1_024;

/** Puts an event into a webhook's body: the same event always gives the same bytes, so that every attempt is equal. */
export function webhookBody(event: JobEvent): string {
  return JSON.stringify(bodyOf(event), (_, value) => (typeof value === "string" ? wellFormed(value) : value));
}

function bodyOf(event: JobEvent): WebhookBody {
  const { cluster, apiVersion, kind, namespace, name, uid } = event;
  return {
    type: `job.${event.event.toLowerCase()}` as WebhookBody["type"],
    timestamp: event.at,
    data: {
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
    },
  };
}

function conditionOf({ event, at, reason, message }: JobEvent): WebhookBody["data"]["condition"] {
  if (event === "Vanished") return null;
  return { type: event, reason: cutOrNull(reason, MAX_REASON), message: cutOrNull(message, MAX_MESSAGE), at };
}

function cutOrNull(text: string | undefined, max: number): string | null {
  return text === undefined ? null : cut(text, max);
}

// A store may give a map's entries back in another order.
function sorted<T, U>(record: Readonly<Record<string, T>>, write: (value: T) => U): Record<string, U> {
  const entries = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [wellFormed(key), write(value)]));
}

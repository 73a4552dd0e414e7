import * as z from "zod";
import { EVENT_TYPES, type JobEvent } from "#jobs/event";
import type * as job from "#jobs/job";
import type * as store from "./store.ts";

// What a store wrote is read back through these, so that a row that another version or another hand wrote is an error
// that names the row, never a wrong event. Fields that are not known are dropped.

const EventType = z.enum(EVENT_TYPES);
export const StepType = EventType.exclude(["Vanished"]);
export const Labels = z.record(z.string(), z.string());

const ReplicaCount: z.ZodType<job.ReplicaCount> = z.object({
  active: z.number(),
  succeeded: z.number(),
  failed: z.number(),
  desired: z.number().exactOptional(),
});

const Replicas = z.record(z.string(), ReplicaCount);

/** A memory that went through JSON, where what is undefined is left out. */
export const Memory: z.ZodType<job.Memory> = z
  .object({
    uid: z.string(),
    resourceVersion: z.string(),
    labels: Labels,
    replicas: Replicas,
    startedAt: z.number().optional(),
    seen: z.partialRecord(StepType, z.number()),
    last: z.object({ type: StepType, at: z.number() }).optional(),
  })
  .transform((memory) => ({ ...memory, startedAt: memory.startedAt, last: memory.last }));

const Cursor: z.ZodType<store.Cursor> = z.object({
  resourceVersion: z.string(),
  tickedAt: z.number(),
  digests: z.string().exactOptional(),
  listedAt: z.number().exactOptional(),
  refusedAt: z.number().exactOptional(),
});

/** The states of a scope's watches, by kind. */
export const States: z.ZodType<store.ScopeStates> = z
  .record(
    z.string(),
    z.object({ cursor: Cursor.exactOptional(), failures: z.number(), error: z.string().exactOptional() }),
  )
  .transform((states) => new Map(Object.entries(states)));

export const Event: z.ZodType<JobEvent> = z.object({
  id: z.string(),
  event: EventType,
  at: z.string(),
  cluster: z.string(),
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  reason: z.string().exactOptional(),
  message: z.string().exactOptional(),
  durationSeconds: z.number().exactOptional(),
  previous: z.object({ event: StepType, at: z.string() }).exactOptional(),
  sincePreviousSeconds: z.number().exactOptional(),
  replicas: Replicas,
  labels: Labels,
});

/** A column or attribute that holds JSON of one shape. */
export function json<T>(schema: z.ZodType<T>) {
  return z.string().transform(parsed).pipe(schema);
}

function parsed(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: "custom", message: "is not JSON" });
    return z.NEVER;
  }
}

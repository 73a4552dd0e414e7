import * as z from "zod";
import { EVENT_TYPES, type JobEvent, type RuleNote } from "#jobs/event";
import type { Explanation } from "#jobs/explanation";
import type * as job from "#jobs/job";
import { RULE_TYPES, STEP_TYPES } from "#jobs/job";
import type * as silence from "#routing/silence";
import type * as store from "./store.ts";

// What a store wrote is read back through these, so that a row that another version or another hand wrote is an error
// that names the row, never a wrong event. Fields that are not known are dropped.

const EventType = z.enum(EVENT_TYPES);
export const StepType = z.enum(STEP_TYPES);
export const Labels = z.record(z.string(), z.string());

const ReplicaCount: z.ZodType<job.ReplicaCount> = z.object({
  active: z.number(),
  succeeded: z.number(),
  failed: z.number(),
  desired: z.number().exactOptional(),
});

const Replicas = z.record(z.string(), ReplicaCount);

const RuleType = z.enum(RULE_TYPES);

export const RuleMemory: z.ZodType<job.RuleMemory> = z.object({
  raised: z
    .partialRecord(RuleType, z.object({ at: z.number(), since: z.number(), silent: z.literal(true).exactOptional() }))
    .exactOptional(),
  runningSince: z.number().exactOptional(),
  createdAt: z.number().exactOptional(),
  restarts: z.array(z.number()).exactOptional(),
  retries: z.number().exactOptional(),
});

/** A memory that went through JSON, where what is undefined is left out. */
export const Memory: z.ZodType<job.Memory> = z
  .object({
    uid: z.string(),
    resourceVersion: z.string(),
    labels: Labels,
    annotations: Labels.exactOptional(),
    replicas: Replicas,
    startedAt: z.number().optional(),
    seen: z.partialRecord(StepType, z.number()),
    last: z.object({ type: StepType, at: z.number() }).optional(),
    rules: RuleMemory.exactOptional(),
  })
  .transform((memory) => ({ ...memory, startedAt: memory.startedAt, last: memory.last }));

const Cursor: z.ZodType<store.Cursor> = z.object({
  resourceVersion: z.string(),
  tickedAt: z.number(),
  digests: z.string().exactOptional(),
  listedAt: z.number().exactOptional(),
  refusedAt: z.number().exactOptional(),
  dueAt: z.number().exactOptional(),
  dueLately: z.object({ dueAt: z.number(), writtenAt: z.number() }).exactOptional(),
  rules: z.string().exactOptional(),
});

/** The states of a scope's watches, by kind. */
export const States: z.ZodType<store.ScopeStates> = z
  .record(
    z.string(),
    z.object({ cursor: Cursor.exactOptional(), failures: z.number(), error: z.string().exactOptional() }),
  )
  .transform((states) => new Map(Object.entries(states)));

const Rule: z.ZodType<RuleNote> = z.object({
  type: RuleType,
  since: z.string(),
  seconds: z.number(),
  restarts: z.number().exactOptional(),
  moreThan: z.number().exactOptional(),
});

const ExplanationSchema: z.ZodType<Explanation> = z.object({
  pod: z.string().exactOptional(),
  replica: z.string().exactOptional(),
  container: z.string().exactOptional(),
  exitCode: z.number().exactOptional(),
  signal: z.string().exactOptional(),
  reason: z.string().exactOptional(),
  message: z.string().exactOptional(),
  log: z.array(z.string()).exactOptional(),
  warnings: z
    .array(z.object({ reason: z.string(), message: z.string(), count: z.number().exactOptional() }))
    .exactOptional(),
});

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
  annotations: Labels.exactOptional(),
  rule: Rule.exactOptional(),
  explanation: ExplanationSchema.exactOptional(),
});

const Patterns = z.array(z.string()).exactOptional();

export const Silence: z.ZodType<silence.Silence> = z.object({
  id: z.string(),
  on: z.array(EventType).exactOptional(),
  match: z.object({
    clusters: Patterns,
    namespaces: Patterns,
    kinds: Patterns,
    names: Patterns,
    labels: z.record(z.string(), z.array(z.string())).exactOptional(),
  }),
  receivers: Patterns,
  author: z.string(),
  comment: z.string(),
  startsAt: z.number(),
  endsAt: z.number(),
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

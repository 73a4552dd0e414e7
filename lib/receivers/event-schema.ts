import * as z from "zod";
import { EVENT_TYPES } from "#jobs/event";

/** RFC 3339 as events say it. */
export const Time = z.string().describe("RFC 3339 in UTC, whole seconds");
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

/** What programs are told of an event: the contract, version 1. Fields may be added to a version; none is removed or changes its meaning. */
export const EventData = z.object({
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
});
export type EventData = z.infer<typeof EventData>;

import * as z from "zod";
import { EVENT_TYPES } from "#jobs/event";
import { RULE_TYPES, STEP_TYPES } from "#jobs/job";

/** RFC 3339 as events say it. */
export const Time = z.string().describe("RFC 3339 in UTC, whole seconds");
const Step = z.enum(STEP_TYPES);
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
  .describe(
    "The condition that witnesses the event, in Jobbell's words for all kinds; null for Vanished, and for what a rule over time raises",
  );

const Replica = z.object({
  active: Count,
  succeeded: Count,
  failed: Count,
  desired: Count.nullable().describe("What the spec asks for; null where it does not say"),
});

const Found = z
  .object({
    type: z.enum(RULE_TYPES).describe("The kind of rule, as the configuration calls it"),
    since: Time.describe(
      "When what lasts too long began, or the first restart that counts; of Recovered, when the alarm was raised",
    ),
    seconds: z.number().describe("The rule's limit: how long, or within which time"),
    restarts: Count.nullable().describe("Of restarts, how many there were"),
    moreThan: Count.nullable().describe("Of restarts, how many are allowed"),
  })
  .describe("What a rule over time found; null where no rule raised the event");

const Text = z.string().nullable();
const Explanation = z
  .object({
    pod: Text.describe("The pod that tells it"),
    replica: Text.describe("Its place in the job: Worker 1"),
    container: Text,
    exitCode: z.int().nullable(),
    signal: Text.describe("SIGKILL, where a signal ended the container"),
    reason: Text.describe("In Kubernetes' words: OOMKilled, Evicted, ImagePullBackOff, …"),
    message: Text.describe("At most 1024 characters; a longer one ends in …"),
    log: z
      .array(z.string())
      .describe("The end of the container's log: at most 20 lines and 4096 characters, the newest last"),
    warnings: z
      .array(z.object({ reason: z.string(), message: z.string(), count: Count }))
      .describe("The last warnings about the pod or the job, at most 5, the newest last"),
  })
  .describe("Why a job failed or waits, as its pods told; null where nothing is known");

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
  rule: Found.nullable(),
  explanation: Explanation.nullable(),
});
export type EventData = z.infer<typeof EventData>;

import { randomBytes, randomUUID } from "node:crypto";
import { type EventType, type JobEvent, rfc3339 } from "#jobs/event";

const WORDS: Partial<Record<EventType, string>> = {
  Failed: "This is a test of Jobbell: no job failed.",
  Succeeded: "This is a test of Jobbell: no job succeeded.",
};

/** An event of a job that nobody has, and that says so: no two are of the same job, nor have the same id. */
export function sampleEvent(event: EventType, now: number): JobEvent {
  return {
    id: `evt_${randomBytes(16).toString("hex")}`,
    event,
    at: rfc3339(Math.floor(now / 1000)),
    cluster: "jobbell-test",
    apiVersion: "batch/v1",
    kind: "Job",
    namespace: "jobbell-test",
    name: "test-of-jobbell",
    uid: randomUUID(),
    reason: "Test",
    message: WORDS[event] ?? "This is a test of Jobbell: there is no such job.",
    replicas: {},
    labels: {},
  };
}

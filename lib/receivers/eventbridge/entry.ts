import type { JobEvent } from "#jobs/event";
import { eventData, strictJson } from "../event-data.ts";
import { writeWithin } from "../within.ts";

// 262,144 bytes with source, type, time and what EventBridge adds itself. docs.aws.amazon.com, EventBridge, eb-putevents.
const MAX_BYTES = 256_000;

/** The body of PutEvents with one event. */
export function putEvents(event: JobEvent, bus: string): string {
  return JSON.stringify({ Entries: [entry(event, bus)] });
}

function entry(event: JobEvent, bus: string) {
  return {
    EventBusName: bus,
    Source: "jobbell",
    // One for all, as in AWS's own `Batch Job State Change`: it says which fields to expect, and the state is a field.
    DetailType: "Job State Change",
    Time: Date.parse(event.at) / 1_000,
    // The id that EventBridge gives is a new one in each attempt.
    Detail: writeWithin(event, MAX_BYTES, (form) => strictJson({ id: event.id, ...eventData(form) })),
  };
}

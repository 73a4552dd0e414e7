import type { JobEvent } from "#jobs/event";
import { wellFormed } from "#text/clean";
import { eventData, strictJson } from "../event-data.ts";
import { writeWithin } from "../within.ts";
import type { CloudEvent } from "./schema.ts";

// Whoever passes CloudEvents on must take 64 KiB, headers included, and need not take more. CloudEvents 1.0, "Size Limits".
const MAX_BYTES = 60_000;

/** Puts an event into a CloudEvent (1.0, structured mode): the same event always gives the same bytes. */
export function cloudEvent(event: JobEvent): string {
  return writeWithin(event, MAX_BYTES, (form) => strictJson(envelope(form)));
}

function envelope(event: JobEvent): CloudEvent {
  return {
    specversion: "1.0",
    id: event.id,
    source: pathOf("", "jobbell", event.cluster, event.namespace),
    type: `dev.jobbell.job.${event.event.toLowerCase()}` as CloudEvent["type"],
    subject: pathOf(event.kind, event.name),
    time: event.at,
    datacontenttype: "application/json",
    // No dataschema: it must be an absolute URI, and Jobbell has no address of its own.
    data: eventData(event),
  };
}

// A source must be a URI, and a subject have no control characters: encoded, any text is both, and what Kubernetes takes for a name stays as it is.
function pathOf(...parts: readonly string[]): string {
  return parts.map((part) => encodeURIComponent(wellFormed(part))).join("/");
}

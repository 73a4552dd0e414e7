import type { JobEvent } from "#jobs/event";
import { eventData, strictJson } from "../event-data.ts";
import { withoutLog, writeWithin } from "../within.ts";
import type { WebhookBody } from "./schema.ts";

/** Puts an event into a webhook's body: the same event always gives the same bytes, so that every attempt is equal. */
export function webhookBody(event: JobEvent): string {
  const type = `job.${event.event.toLowerCase()}` as WebhookBody["type"];
  const write = (form: JobEvent) =>
    strictJson({ type, timestamp: event.at, data: eventData(form) } satisfies WebhookBody);
  return writeWithin(event, MAX_BYTES, write, [withoutLog]);
}

// What receivers of Standard Webhooks may refuse; without a log an event is nowhere near, unless its message is in no alphabet.
const MAX_BYTES = 20_000;

import type { JobEvent } from "#jobs/event";
import { eventData, strictJson } from "../event-data.ts";
import type { WebhookBody } from "./schema.ts";

/** Puts an event into a webhook's body: the same event always gives the same bytes, so that every attempt is equal. */
export function webhookBody(event: JobEvent): string {
  const type = `job.${event.event.toLowerCase()}` as WebhookBody["type"];
  return strictJson({ type, timestamp: event.at, data: eventData(event) } satisfies WebhookBody);
}

import * as z from "zod";
import { EVENT_TYPES } from "#jobs/event";
import { EventData, Time } from "../event-schema.ts";

const types = EVENT_TYPES.map((type) => `job.${type.toLowerCase()}` as const);

/** What a webhook of the format `standard` receives. */
export const WebhookBody = z.object({
  type: z.enum(types),
  timestamp: Time.describe("When it happened; the webhook-timestamp header says when it was sent"),
  data: EventData,
});
export type WebhookBody = z.infer<typeof WebhookBody>;

/** What a webhook of the format `cloudevents` receives: an event of CloudEvents 1.0 in its JSON format. */
export const CloudEvent = z.object({
  specversion: z.literal("1.0"),
  id: z.string().describe("The same in every attempt, and for the same happening whoever noticed it"),
  source: z.string().describe("Where it happened: /jobbell/ and the cluster and namespace, percent-encoded"),
  type: z.enum(types.map((type) => `dev.jobbell.${type}` as const)),
  subject: z.string().describe("The job's kind and name, percent-encoded, with a slash between them"),
  time: Time.describe("When it happened"),
  datacontenttype: z.literal("application/json"),
  data: EventData,
});
export type CloudEvent = z.infer<typeof CloudEvent>;

/** The JSON Schema of {@link WebhookBody}, as text: what schema/webhook-body.schema.json holds. */
export function webhookBodySchema(): string {
  return schemaText("Jobbell webhook body, version 1", WebhookBody);
}

/** The JSON Schema of {@link CloudEvent}, as text: what schema/cloudevent.schema.json holds. */
export function cloudEventSchema(): string {
  return schemaText("Jobbell event as a CloudEvent, version 1", CloudEvent);
}

function schemaText(title: string, type: z.ZodType): string {
  // As input: as output it would forbid fields that it does not know, and break receivers when a version gains one.
  return `${JSON.stringify({ title, ...z.toJSONSchema(type, { io: "input" }) }, null, 2)}\n`;
}

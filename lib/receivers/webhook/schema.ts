import * as z from "zod";
import { WebhookBody } from "./body.ts";

/** The JSON Schema of {@link WebhookBody}, as text: what schema/webhook-body.schema.json holds. */
export function webhookBodySchema(): string {
  // As input: as output it would forbid fields that it does not know, and break receivers when a version gains one.
  const schema = z.toJSONSchema(WebhookBody, { io: "input" });
  return `${JSON.stringify({ title: "Jobbell webhook body, version 1", ...schema }, null, 2)}\n`;
}

import type { JobEvent } from "#jobs/event";
import { parseAddress } from "../address.ts";
import { outcomeOf } from "../outcome.ts";
import { httpPost, type Post } from "../post.ts";
import type { Outcome, Receiver } from "../receiver.ts";
import { secretParts } from "../redact.ts";
import { webhookBody } from "./body.ts";
import { cloudEvent } from "./cloudevent.ts";
import { signer } from "./sign.ts";

export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  /** `whsec_` and base64, the newest first; several while a secret is exchanged, none for an unsigned webhook. */
  readonly secrets: readonly string[];
  /** By default `standard`: the body of Standard Webhooks. Both are signed alike. */
  readonly format?: WebhookFormat;
  readonly post?: Post;
}

type WebhookFormat = "standard" | "cloudevents";

/** Posts events to any HTTP address, signed by the Standard Webhooks specification. Throws a {@link ReceiverError} for a bad address or secret. */
export function webhookReceiver(options: WebhookOptions): Receiver {
  const { name, secrets, format = "standard", post = httpPost() } = options;
  const url = parseAddress(name, options.url);
  const sign = signer(name, secrets);
  const { contentType, write } = FORMATS[format];
  const hidden = [...secretParts(url), ...secrets, ...secrets.map((secret) => secret.replace("whsec_", ""))];
  return {
    name,
    kind: "webhook",
    minGapMs: 0,
    async send(event: JobEvent, now: number, signal: AbortSignal): Promise<Outcome> {
      const body = write(event);
      const headers = { "content-type": contentType, ...sign(event.id, now, body) };
      return outcomeOf(await post({ url, headers, body }, signal), { now, secrets: hidden });
    },
  };
}

const FORMATS = {
  standard: { contentType: "application/json", write: webhookBody },
  // The charset is what the HTTP binding of CloudEvents 1.0 writes in each of its examples.
  cloudevents: { contentType: "application/cloudevents+json; charset=utf-8", write: cloudEvent },
} as const satisfies Record<WebhookFormat, { contentType: string; write: (event: JobEvent) => string }>;

import type { JobEvent } from "#jobs/event";
import { parseAddress } from "../address.ts";
import { outcomeOf } from "../outcome.ts";
import { httpPost, type Post } from "../post.ts";
import type { Outcome, Receiver } from "../receiver.ts";
import { secretParts } from "../redact.ts";
import { webhookBody } from "./body.ts";
import { signer } from "./sign.ts";

export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  /** `whsec_` and base64, the newest first; several while a secret is exchanged, none for an unsigned webhook. */
  readonly secrets: readonly string[];
  readonly post?: Post;
}

/** Posts events to any HTTP address by the Standard Webhooks specification. Throws a {@link ReceiverError} for a bad address or secret. */
export function webhookReceiver({ name, url: address, secrets, post = httpPost() }: WebhookOptions): Receiver {
  const url = parseAddress(name, address);
  const sign = signer(name, secrets);
  const hidden = [...secretParts(url), ...secrets, ...secrets.map((secret) => secret.replace("whsec_", ""))];
  return {
    name,
    kind: "webhook",
    minGapMs: 0,
    async send(event: JobEvent, now: number, signal: AbortSignal): Promise<Outcome> {
      const body = webhookBody(event);
      const headers = { "content-type": "application/json", ...sign(event.id, now, body) };
      return outcomeOf(await post({ url, headers, body }, signal), { now, secrets: hidden });
    },
  };
}

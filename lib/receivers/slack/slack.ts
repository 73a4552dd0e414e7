import type { JobEvent } from "#jobs/event";
import { parseAddress } from "../address.ts";
import { outcomeOf } from "../outcome.ts";
import { httpPost, type Post } from "../post.ts";
import type { Outcome, Receiver } from "../receiver.ts";
import { secretParts } from "../redact.ts";
import { explain } from "./errors.ts";
import { slackMessage } from "./message.ts";

export interface SlackOptions {
  readonly name: string;
  /** The address of an incoming webhook. Whoever knows it can post: it is a secret. */
  readonly webhookUrl: string;
  readonly post?: Post;
}

/** Slack takes one message a second for a channel. */
const MIN_GAP_MS = 1_000;

/** Posts events to the channel of a Slack incoming webhook. Throws a {@link ReceiverError} for an address that is none. */
export function slackReceiver({ name, webhookUrl, post = httpPost() }: SlackOptions): Receiver {
  const url = parseAddress(name, webhookUrl);
  const secrets = secretParts(url);
  const headers = { "content-type": "application/json; charset=utf-8" };
  return {
    name,
    kind: "slack",
    minGapMs: MIN_GAP_MS,
    async send(event: JobEvent, now: number, signal: AbortSignal): Promise<Outcome> {
      const body = JSON.stringify(slackMessage(event));
      return outcomeOf(await post({ url, headers, body }, signal), { now, secrets, explain });
    },
  };
}

import { parseAddress } from "../address.ts";
import { outcomeOf } from "../outcome.ts";
import { httpPost, type Post } from "../post.ts";
import type { Outcome, Receiver } from "../receiver.ts";
import { secretParts } from "../redact.ts";
import { explain } from "./errors.ts";
import { type SlackMessage, slackDigest, slackMessage } from "./message.ts";

export interface SlackOptions {
  readonly name: string;
  /** The address of an incoming webhook. Whoever knows it can post: it is a secret. */
  readonly webhookUrl: string;
  /** Of more events than this in a minute one message tells; without it each event has its own. */
  readonly digestAbove?: number;
  readonly post?: Post;
}

/** Slack takes one message a second for a channel. */
const MIN_GAP_MS = 1_000;

/** Posts events to the channel of a Slack incoming webhook. Throws a {@link ReceiverError} for an address that is none. */
export function slackReceiver({ name, webhookUrl, digestAbove, post = httpPost() }: SlackOptions): Receiver {
  const url = parseAddress(name, webhookUrl);
  const secrets = secretParts(url);
  const headers = { "content-type": "application/json; charset=utf-8" };
  async function say(message: SlackMessage, now: number, signal: AbortSignal): Promise<Outcome> {
    const body = JSON.stringify(message);
    return outcomeOf(await post({ url, headers, body }, signal), { now, secrets, explain });
  }
  return {
    name,
    kind: "slack",
    minGapMs: MIN_GAP_MS,
    send: (event, now, signal) => say(slackMessage(event), now, signal),
    ...(digestAbove !== undefined && {
      digest: { above: digestAbove, send: (digest, now, signal) => say(slackDigest(digest), now, signal) },
    }),
  };
}

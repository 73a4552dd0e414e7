import { parseAddress } from "../address.ts";
import { outcomeOf } from "../outcome.ts";
import { httpPost, type Post, type PostResult } from "../post.ts";
import type { Outcome, Receiver } from "../receiver.ts";
import { secretParts } from "../redact.ts";
import { explain, retryAfterOf } from "./errors.ts";
import { type DiscordMessage, discordDigest, discordMessage } from "./message.ts";

export interface DiscordOptions {
  readonly name: string;
  /** The address of a channel's webhook, with `thread_id` where it is to post to a thread. Whoever knows it can post: it is a secret. */
  readonly webhookUrl: string;
  /** Of more events than this in a minute one message tells; without it each event has its own. */
  readonly digestAbove?: number;
  readonly post?: Post;
}

/**
 * A channel takes 30 messages of webhooks a minute, and a webhook 5 in two seconds; only the latter stands in its headers:
 * https://github.com/discord/discord-api-docs/issues/367
 */
const MIN_GAP_MS = 2_000;

/** Posts events to a Discord channel by its webhook. Throws a {@link ReceiverError} for an address that is none. */
export function discordReceiver({ name, webhookUrl, digestAbove, post = httpPost() }: DiscordOptions): Receiver {
  const address = parseAddress(name, webhookUrl);
  const secrets = secretParts(address);
  const url = waiting(address);
  const headers = { "content-type": "application/json; charset=utf-8" };
  async function say(message: DiscordMessage, now: number, signal: AbortSignal): Promise<Outcome> {
    const result = await post({ url, headers, body: JSON.stringify(message) }, signal);
    return outcomeOf(withPace(result), { now, secrets, explain });
  }
  return {
    name,
    kind: "discord",
    minGapMs: MIN_GAP_MS,
    send: (event, now, signal) => say(discordMessage(event), now, signal),
    ...(digestAbove !== undefined && {
      digest: { above: digestAbove, send: (digest, now, signal) => say(discordDigest(digest), now, signal) },
    }),
  };
}

// Without `wait` Discord answers before it has stored the message, and says nothing where it cannot.
function waiting(address: URL): URL {
  const url = new URL(address);
  url.searchParams.set("wait", "true");
  return url;
}

function withPace(result: PostResult): PostResult {
  if (result.type === "failure" || result.status !== 429 || result.retryAfter !== undefined) return result;
  return { ...result, retryAfter: retryAfterOf(result.body) };
}

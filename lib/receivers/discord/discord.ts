import { type Chat, type ChatOptions, chatReceiver } from "../chat.ts";
import type { PostResult } from "../post.ts";
import type { Receiver } from "../receiver.ts";
import { explain, retryAfterOf } from "./errors.ts";
import { discordDigest, discordMessage } from "./message.ts";

/**
 * A channel takes 30 messages of webhooks a minute, and a webhook 5 in two seconds; only the latter stands in its headers:
 * https://github.com/discord/discord-api-docs/issues/367
 */
const MIN_GAP_MS = 2_000;

const DISCORD: Chat = {
  kind: "discord",
  minGapMs: MIN_GAP_MS,
  message: discordMessage,
  digest: discordDigest,
  explain,
  addressOf: waiting,
  readAnswer: withPace,
};

/** Posts events to a Discord channel by its webhook, with `thread_id` in the address to one of its threads. Throws a {@link ReceiverError} for an address that is none. */
export function discordReceiver(options: ChatOptions): Receiver {
  return chatReceiver(DISCORD, options);
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

import type { JobEvent } from "#jobs/event";
import { openWords, type Wording, type Words } from "#words/words";
import { parseAddress } from "./address.ts";
import { outcomeOf } from "./outcome.ts";
import { httpPost, type Post, type PostResult } from "./post.ts";
import type { Digest, Outcome, Receiver } from "./receiver.ts";
import { secretParts } from "./redact.ts";

export interface ChatOptions {
  readonly name: string;
  /** Where messages are posted. Whoever knows it can post: it is a secret. */
  readonly webhookUrl: string;
  /** Of more events than this in a minute one message tells; without it each event has its own. */
  readonly digestAbove?: number;
  readonly messages?: Wording;
  readonly post?: Post;
}

/** What a chat has of its own. */
export interface Chat {
  readonly kind: string;
  readonly minGapMs: number;
  message(event: JobEvent, words: Words): object;
  digest(digest: Digest, words: Words): object;
  /** What an answer means in its own words, where it has some. */
  explain(body: string): string | undefined;
  /** The address to post to, where that is not the one that people copy. */
  addressOf?(url: URL): URL;
  /** An answer as others would give it. */
  readAnswer?(result: PostResult): PostResult;
}

/** Posts events as JSON to the one address that a chat gives a channel. Throws a {@link ReceiverError} for an address that is none. */
export function chatReceiver(chat: Chat, options: ChatOptions): Receiver {
  const { name, webhookUrl, digestAbove, messages, post = httpPost() } = options;
  const { kind, minGapMs, explain, addressOf = (url) => url, readAnswer = (result) => result } = chat;
  const address = parseAddress(name, webhookUrl);
  const secrets = secretParts(address);
  const url = addressOf(address);
  const words = openWords(messages);
  const headers = { "content-type": "application/json; charset=utf-8" };
  async function say(message: object, now: number, signal: AbortSignal): Promise<Outcome> {
    const result = await post({ url, headers, body: JSON.stringify(message) }, signal);
    return outcomeOf(readAnswer(result), { now, secrets, explain });
  }
  return {
    ...{ name, kind, minGapMs },
    send: (event, now, signal) => say(chat.message(event, words), now, signal),
    ...(digestAbove !== undefined && {
      digest: { above: digestAbove, send: (digest, now, signal) => say(chat.digest(digest, words), now, signal) },
    }),
  };
}

import { type Chat, type ChatOptions, chatReceiver } from "../chat.ts";
import type { Receiver } from "../receiver.ts";
import { explain } from "./errors.ts";
import { slackDigest, slackMessage } from "./message.ts";

/** Slack takes one message a second for a channel. */
const MIN_GAP_MS = 1_000;

const SLACK: Chat = { kind: "slack", minGapMs: MIN_GAP_MS, message: slackMessage, digest: slackDigest, explain };

/** Posts events to the channel of a Slack incoming webhook. Throws a {@link ReceiverError} for an address that is none. */
export function slackReceiver(options: ChatOptions): Receiver {
  return chatReceiver(SLACK, options);
}

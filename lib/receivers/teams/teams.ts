import { type Chat, type ChatOptions, chatReceiver } from "../chat.ts";
import type { Receiver } from "../receiver.ts";
import { explain } from "./errors.ts";
import { teamsDigest, teamsMessage } from "./message.ts";

/**
 * A webhook takes four requests a second (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using),
 * and what posts for the workflow has limits of its own for a conversation, which Microsoft moves. One a second keeps to both.
 */
const MIN_GAP_MS = 1_000;

const TEAMS: Chat = { kind: "teams", minGapMs: MIN_GAP_MS, message: teamsMessage, digest: teamsDigest, explain };

/**
 * Posts events to Microsoft Teams by a workflow "when a Teams webhook request is received", whose address has a signature that
 * lets anybody post. Delivered means that the workflow took the card. Throws a {@link ReceiverError} for an address that is none.
 */
export function teamsReceiver(options: ChatOptions): Receiver {
  return chatReceiver(TEAMS, options);
}

import { parseAddress } from "../address.ts";
import { outcomeOf } from "../outcome.ts";
import { httpPost, type Post } from "../post.ts";
import type { Outcome, Receiver } from "../receiver.ts";
import { secretParts } from "../redact.ts";
import { explain } from "./errors.ts";
import { type TeamsMessage, teamsDigest, teamsMessage } from "./message.ts";

export interface TeamsOptions {
  readonly name: string;
  /** The address of a workflow "when a Teams webhook request is received". Its signature lets anybody post: it is a secret. */
  readonly webhookUrl: string;
  /** Of more events than this in a minute one message tells; without it each event has its own. */
  readonly digestAbove?: number;
  readonly post?: Post;
}

/**
 * A webhook takes four requests a second (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using),
 * and what posts for the workflow has limits of its own for a conversation, which Microsoft moves. One a second keeps to both.
 */
const MIN_GAP_MS = 1_000;

/** Posts events to Microsoft Teams by a workflow. Delivered means that the workflow took the card. Throws a {@link ReceiverError} for an address that is none. */
export function teamsReceiver({ name, webhookUrl, digestAbove, post = httpPost() }: TeamsOptions): Receiver {
  const url = parseAddress(name, webhookUrl);
  const secrets = secretParts(url);
  const headers = { "content-type": "application/json; charset=utf-8" };
  async function say(message: TeamsMessage, now: number, signal: AbortSignal): Promise<Outcome> {
    const body = JSON.stringify(message);
    return outcomeOf(await post({ url, headers, body }, signal), { now, secrets, explain });
  }
  return {
    name,
    kind: "teams",
    minGapMs: MIN_GAP_MS,
    send: (event, now, signal) => say(teamsMessage(event), now, signal),
    ...(digestAbove !== undefined && {
      digest: { above: digestAbove, send: (digest, now, signal) => say(teamsDigest(digest), now, signal) },
    }),
  };
}

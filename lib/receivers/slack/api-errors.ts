import { outcomeOf, type Reading } from "../outcome.ts";
import type { Outcome } from "../receiver.ts";
import type { Answer } from "./web-api.ts";

type Refusal = Exclude<Answer, { type: "ok" }>;

/** What a call that Slack did not take means. Reasons are one line, without token. */
export function outcomeOfRefusal(refusal: Refusal, reading: Reading): Outcome {
  if (refusal.type === "other") return ofOther(refusal.result, reading);
  const { error } = refusal;
  if (THROTTLED.has(error)) return { state: "retry", reason: `Slack wants a slower pace (${error})`, throttled: true };
  if (PASSING.has(error)) return { state: "retry", reason: `Slack is in trouble (${error})` };
  const known = Object.hasOwn(MEANINGS, error) ? MEANINGS[error] : undefined;
  if (known !== undefined) return { state: "dead", reason: `Slack: ${known} (${error})` };
  const code = /^[a-z_]{1,60}$/.test(error) ? ` (${error})` : "";
  return { state: "dead", reason: `Slack does not accept the message${code}` };
}

// Without `ok` and without an error the answer is not Slack's, whatever its status says.
function ofOther(result: Extract<Refusal, { type: "other" }>["result"], reading: Reading): Outcome {
  const outcome = outcomeOf(result, reading);
  return outcome.state === "delivered" ? { state: "retry", reason: "the answer was not Slack's" } : outcome;
}

/** The message that was to be edited is gone, or too old to be edited: another takes its place. */
export function isLost(answer: Answer): boolean {
  return answer.type === "refused" && LOST.has(answer.error);
}

// From the error tables of chat.postMessage and chat.update, docs.slack.dev/reference/methods.
const LOST: ReadonlySet<string> = new Set([
  "message_not_found",
  "cant_update_message",
  "edit_window_closed",
  "thread_not_found",
  "invalid_ts",
]);

const THROTTLED: ReadonlySet<string> = new Set(["ratelimited", "rate_limited", "update_failed_too_many_requests"]);

const PASSING: ReadonlySet<string> = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "accesslimited",
  "update_failed",
  "external_channel_migrating",
  "team_added_to_org",
]);

const NEW_TOKEN = "install the app again, and configure the bot token that this gives";
const OUR_FAULT = "it could not read the message; please report this with the job's event";

const MEANINGS: Readonly<Record<string, string>> = {
  channel_not_found:
    "the channel does not exist, or is private and the bot is not in it: check its name, and /invite the bot",
  not_in_channel: "the bot is not in the channel: /invite it there, or give the app the scope chat:write.public",
  is_archived: "the channel is archived: unarchive it, or configure another one",
  missing_scope: "the app may not post: give it the scope chat:write, and install it again",
  invalid_auth: `the token is not valid: ${NEW_TOKEN}`,
  not_authed: `the token is not valid: ${NEW_TOKEN}`,
  account_inactive: `the token's app or workspace was removed: ${NEW_TOKEN}`,
  token_revoked: `the token was revoked: ${NEW_TOKEN}`,
  token_expired: `the token has expired: ${NEW_TOKEN}`,
  not_allowed_token_type: "the token is not a bot's: configure the one that begins with xoxb-",
  no_permission: "the workspace does not let the app post there: ask an administrator",
  restricted_action: "an administrator restricts posting to this channel: ask for permission, or configure another one",
  restricted_action_read_only_channel: "the channel is read-only: configure another one",
  restricted_action_thread_only_channel: "the channel takes replies only: configure another one",
  restricted_action_non_threadable_channel: "the channel takes no threads: configure style: update or plain",
  team_access_not_granted: "the app is not installed in the channel's workspace: install it there",
  ekm_access_denied: "an administrator has suspended posting in this channel",
  invalid_blocks: OUR_FAULT,
  invalid_attachments: OUR_FAULT,
  invalid_arguments: OUR_FAULT,
  msg_too_long: OUR_FAULT,
  msg_blocks_too_long: OUR_FAULT,
  too_many_attachments: OUR_FAULT,
  no_text: OUR_FAULT,
};

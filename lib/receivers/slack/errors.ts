const NEW_WEBHOOK = "make a new incoming webhook and configure its URL";
const OUR_FAULT = "Slack could not read the message; please report this with the job's event";

// What an incoming webhook answers as plain text beside its status.
const MEANINGS: Readonly<Record<string, string>> = {
  action_prohibited: "an administrator restricts posting to this channel; ask for permission or choose another channel",
  posting_to_general_channel_denied: "only administrators may post to this channel; choose another channel",
  channel_not_found: `the channel does not exist; ${NEW_WEBHOOK}`,
  channel_is_archived: "the channel is archived; unarchive it, or make an incoming webhook for another channel",
  no_service: `the webhook was removed or disabled; ${NEW_WEBHOOK}`,
  no_service_id: `the URL is not complete; copy the whole webhook URL again`,
  no_active_hooks: `the webhook is disabled; ${NEW_WEBHOOK}`,
  no_team: `the workspace does not exist; ${NEW_WEBHOOK}`,
  team_disabled: "the workspace is disabled",
  user_not_found: `the user whom the webhook posts to does not exist; ${NEW_WEBHOOK}`,
  invalid_token: `the webhook's token is not valid any more; ${NEW_WEBHOOK}`,
  invalid_payload: OUR_FAULT,
  invalid_blocks: OUR_FAULT,
  invalid_attachments: OUR_FAULT,
  no_text: OUR_FAULT,
};

/** What Slack's answer means and what to do, where the answer is one that Slack documents. */
export function explain(body: string): string | undefined {
  const code = body.trim();
  return Object.hasOwn(MEANINGS, code) ? `${MEANINGS[code]} (${code})` : undefined;
}

import { fieldsOf } from "#text/json";

const NEW_WEBHOOK = "make a new webhook in the channel's settings and configure its URL";
const OUR_FAULT = "Discord could not read the message; please report this with the job's event";
const FORUM = "the channel is a forum: add ?thread_id=… of one of its posts to the URL, or choose a text channel";

// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
const MEANINGS: Readonly<Record<string, string>> = {
  10003: `the channel does not exist any more; ${NEW_WEBHOOK}`,
  10015: `the webhook was deleted; ${NEW_WEBHOOK}`,
  50001: "the webhook may not see the channel; ask who administers the server",
  50013: "the webhook may not post to the channel; ask who administers the server",
  50027: "the webhook's token is wrong; copy the whole webhook URL again",
  50083: "the thread is archived; open it, or take thread_id out of the URL",
  160005: "the thread is locked; unlock it, or take thread_id out of the URL",
  220001: FORUM,
  200000: "the server's AutoMod blocked the message; allow the webhook's words there",
  200001: "the server's AutoMod blocked the message; allow the webhook's words there",
  240000: "Discord takes something in the message for a harmful link",
  40005: OUR_FAULT,
  50006: OUR_FAULT,
  50035: OUR_FAULT,
  50109: OUR_FAULT,
};

/** What Discord's answer means and what to do, where the answer is one that Discord documents. */
export function explain(body: string): string | undefined {
  const { code } = fieldsOf(body) ?? {};
  const key = String(code);
  return Object.hasOwn(MEANINGS, key) ? `${MEANINGS[key]} (${key})` : undefined;
}

/**
 * Seconds to wait that an answer to a pace too fast names, as text. Discord says them in the body, with a fraction:
 * https://discord.com/developers/docs/topics/rate-limits#exceeding-a-rate-limit
 */
export function retryAfterOf(body: string): string | undefined {
  const { retry_after: seconds } = fieldsOf(body) ?? {};
  return typeof seconds === "number" ? String(seconds) : undefined;
}

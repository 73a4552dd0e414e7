import { type Loopback, startLoopback } from "./loopback-receiver.ts";
import { SlackPayload, violation } from "./slack-rules.ts";

/** A message as it stands in the channel. */
interface Posted {
  readonly ts: string;
  readonly threadTs: string | undefined;
  readonly broadcast: boolean;
  payload: SlackPayload;
  edits: number;
}

export interface SlackApi extends Loopback {
  /** What is to be configured: requests go to `{url}chat.postMessage`. */
  readonly url: string;
  /** Everything that stands in the channel, in the order in which it came. */
  readonly messages: readonly Posted[];
  /** The errors that were answered. */
  readonly refusals: readonly string[];
  /** Deletes a message, as a person does. */
  remove(ts: string): void;
  /** From now on nothing can be edited that stands there. */
  closeEdits(): void;
}

export interface SlackApiOptions {
  readonly token?: string;
  /** The least time between two posts to the channel, by `now`; by default there is no pace. */
  readonly minGapMs?: number;
  readonly now?: () => number;
  /** Prefix of the ids: another server's are others. */
  readonly channelId?: string;
}

const NAME = "#ml-alerts";

/** Slack's Web API, as far as a bot of Jobbell needs it, with its documented rules. It has one channel, `#ml-alerts`. */
export async function startSlackApi(options: SlackApiOptions = {}): Promise<SlackApi> {
  const { token = "xoxb-test-token", minGapMs = 0, now = Date.now, channelId = "C0ALERTS01" } = options;
  const messages: Posted[] = [];
  const refusals: string[] = [];
  let count = 0;
  let nextAt = 0;
  let editable = 0;

  const say = (body: object, status = 200, headers = {}) => ({
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
  });
  const refuse = (error: string, why = error) => {
    refusals.push(why);
    return say({ ok: false, error });
  };

  function post(fields: Fields) {
    if (fields.channel !== NAME && fields.channel !== channelId) return refuse("channel_not_found");
    if (now() < nextAt) {
      refusals.push("ratelimited");
      return say({ ok: false, error: "ratelimited" }, 429, { "retry-after": "1" });
    }
    const threadTs = fields.thread_ts;
    if (threadTs !== undefined && !messages.some(({ ts }) => ts === threadTs)) return refuse("thread_not_found");
    const payload = payloadOf(fields);
    if (typeof payload === "string") return refuse("invalid_blocks", payload);
    nextAt = now() + minGapMs;
    count += 1;
    const ts = `1700000000.${String(count).padStart(6, "0")}`;
    messages.push({ ts, threadTs, broadcast: fields.reply_broadcast === "true", payload, edits: 0 });
    return say({ ok: true, channel: channelId, ts, message: { text: payload.text } });
  }

  function update(fields: Fields) {
    // Unlike posting, editing knows no names.
    if (fields.channel !== channelId) return refuse("channel_not_found");
    const message = messages.find(({ ts }) => ts === fields.ts);
    if (message === undefined) return refuse("message_not_found");
    if (messages.indexOf(message) < editable) return refuse("edit_window_closed");
    const payload = payloadOf(fields);
    if (typeof payload === "string") return refuse("invalid_blocks", payload);
    message.payload = payload;
    message.edits += 1;
    return say({ ok: true, channel: channelId, ts: message.ts, text: payload.text });
  }

  const server = await startLoopback("/api/", ({ method, path, headers, body }) => {
    if (method !== "POST") return { status: 405 };
    if (headers["content-type"] !== "application/x-www-form-urlencoded") return refuse("invalid_post_type");
    const fields: Fields = Object.fromEntries(new URLSearchParams(body));
    if (headers.authorization !== `Bearer ${token}`) return refuse("invalid_auth");
    if (path === "/api/chat.postMessage") return post(fields);
    return path === "/api/chat.update" ? update(fields) : refuse("unknown_method");
  });
  return Object.assign(server, {
    messages,
    refusals,
    remove: (gone: string) => void messages.splice(0, messages.length, ...messages.filter(({ ts }) => ts !== gone)),
    closeEdits: () => {
      editable = messages.length;
    },
  });
}

type Fields = Readonly<Record<string, string | undefined>>;

/** What is displayed, or why Slack would not display it. */
function payloadOf({ text, blocks, attachments, unfurl_links, unfurl_media }: Fields): SlackPayload | string {
  const payload = {
    text,
    ...(blocks !== undefined && { blocks: JSON.parse(blocks) }),
    ...(attachments !== undefined && { attachments: JSON.parse(attachments) }),
    ...(unfurl_links !== undefined && { unfurl_links: unfurl_links === "true" }),
    ...(unfurl_media !== undefined && { unfurl_media: unfurl_media === "true" }),
  };
  return violation(JSON.stringify(payload)) ?? SlackPayload.parse(payload);
}

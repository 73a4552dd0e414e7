import type { EventType, JobEvent } from "#jobs/event";
import { openWords, type Wording, type Words } from "#words/words";
import { parseAddress } from "../address.ts";
import type { Reading } from "../outcome.ts";
import { httpPost, type Post } from "../post.ts";
import type { Outcome, Receiver } from "../receiver.ts";
import { secretParts } from "../redact.ts";
import { isLost, outcomeOfRefusal } from "./api-errors.ts";
import { type SlackMessage, slackDigest, slackMessage } from "./message.ts";
import { isLatest, readThread, replyMessage, rootMessage, stepsWith, type Thread, writeThread } from "./thread.ts";
import { type Answer, type CallSlack, openWebApi } from "./web-api.ts";

export interface SlackBotOptions {
  readonly name: string;
  /** `xoxb-…`: a secret. */
  readonly token: string;
  /** `#name`, or an id. */
  readonly channel: string;
  /** `thread`: one message for each job, edited as it moves, each step a reply; `update`: without replies; `plain`: one message for each event. */
  readonly style: "thread" | "update" | "plain";
  /** Of more events in a minute there is a digest; absent: each is told of. */
  readonly digestAbove?: number;
  readonly messages?: Wording;
  readonly apiUrl?: string;
  readonly post?: Post;
}

/** Slack takes one message a second for a channel. */
const MIN_GAP_MS = 1_000;

/** Posts events to a Slack channel as a bot. */
export function slackBotReceiver(options: SlackBotOptions): Receiver {
  const { name, token, channel, style, digestAbove, apiUrl = "https://slack.com/api/", post = httpPost() } = options;
  const api = parseAddress(name, apiUrl);
  const words = openWords(options.messages);
  const call = openWebApi(token, api.href, post);
  const telling = (now: number, signal: AbortSignal): Telling => {
    const reading = { now, secrets: [token, ...secretParts(api)] };
    return { call, words, channel, withReplies: style === "thread", reading, signal };
  };
  return {
    name,
    kind: "slack",
    lane: channel.toLowerCase(),
    minGapMs: MIN_GAP_MS,
    inChannel: (other) => slackBotReceiver({ ...options, name: `${name}/${other}`, channel: other }),
    ...(style !== "plain" && { remembers: true }),
    send: (event, now, signal, memo) =>
      style === "plain"
        ? say(telling(now, signal), slackMessage(event, words))
        : tellOfJob(telling(now, signal), event, readThread(memo, channel)),
    ...(style !== "plain" && {
      amend: (event: JobEvent, now: number, signal: AbortSignal, memo: string) =>
        amend(telling(now, signal), event, readThread(memo, channel)),
    }),
    ...(digestAbove !== undefined && {
      digest: {
        above: digestAbove,
        send: (digest, now, signal) => say(telling(now, signal), slackDigest(digest, words)),
      },
    }),
  };
}

/** A message by itself. */
async function say({ call, channel, reading, signal }: Telling, message: SlackMessage): Promise<Outcome> {
  const answer = await call("chat.postMessage", { channel, ...message }, signal);
  return answer.type === "ok" ? { state: "delivered" } : outcomeOfRefusal(answer, reading);
}

interface Telling {
  readonly call: CallSlack;
  readonly words: Words;
  readonly channel: string;
  readonly withReplies: boolean;
  readonly reading: Reading;
  readonly signal: AbortSignal;
}

/** Edited first, since that may be done twice; a reply may not. */
async function tellOfJob(telling: Telling, event: JobEvent, before: Thread | undefined): Promise<Outcome> {
  if (before === undefined) return begin(telling, event, []);
  const thread = { ...before, steps: stepsWith(before.steps, event) };
  const edited = await edit(telling, event, thread);
  // What the message that is gone had told is in the new one.
  if (isLost(edited)) return begin(telling, event, before.steps);
  if (edited.type !== "ok") return outcomeOfRefusal(edited, telling.reading);
  return telling.withReplies ? reply(telling, event, thread) : delivered(thread);
}

async function begin(
  { call, words, channel, reading, signal }: Telling,
  event: JobEvent,
  told: Thread["steps"],
): Promise<Outcome> {
  const steps = stepsWith(told, event);
  const posted = await call("chat.postMessage", { channel, ...rootMessage(event, steps, words) }, signal);
  if (posted.type !== "ok") return outcomeOfRefusal(posted, reading);
  return delivered({ to: channel, channel: posted.channel, ts: posted.ts, steps });
}

/** An event that is told late does not put the job's message back to what it was. */
async function edit(
  { call, words, signal }: Telling,
  event: JobEvent,
  { channel, ts, steps }: Thread,
): Promise<Answer> {
  if (!isLatest(steps, event)) return { type: "ok", channel, ts };
  return call("chat.update", { channel, ts, ...rootMessage(event, steps, words) }, signal);
}

/** What a digest told of is no step of its own in the thread. */
async function amend(telling: Telling, event: JobEvent, thread: Thread | undefined): Promise<Outcome> {
  if (thread === undefined) return { state: "delivered" };
  const edited = await edit(telling, event, { ...thread, steps: stepsWith(thread.steps, event) });
  return edited.type === "ok" ? { state: "delivered" } : outcomeOfRefusal(edited, telling.reading);
}

// To edit a message tells nobody.
const SHOWN_IN_CHANNEL: ReadonlySet<EventType> = new Set(["Failed", "Stalled", "Overdue", "Flapping"]);

/** A failure is shown in the channel too, and what a rule raises. */
async function reply({ call, words, reading, signal }: Telling, event: JobEvent, thread: Thread): Promise<Outcome> {
  const { channel, ts } = thread;
  const place = { channel, thread_ts: ts, reply_broadcast: SHOWN_IN_CHANNEL.has(event.event) };
  const replied = await call("chat.postMessage", { ...place, ...replyMessage(event, words) }, signal);
  return replied.type === "ok" ? delivered(thread) : outcomeOfRefusal(replied, reading);
}

function delivered(thread: Thread): Outcome {
  return { state: "delivered", memo: writeThread(thread) };
}

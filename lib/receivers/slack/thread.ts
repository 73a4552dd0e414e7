import * as z from "zod";
import { EVENT_TYPES, type JobEvent } from "#jobs/event";
import { jsonOf } from "#text/json";
import { type Description, PLAIN_WORDS, type Words } from "#words/words";
import { alarm, type Block, COLORS, moment, mrkdwn, time } from "./blocks.ts";
import { inert } from "./escape.ts";
import { ownText, type SlackMessage, slackMessage, withLog } from "./message.ts";

const Step = z.object({ event: z.enum(EVENT_TYPES), at: z.string() });

/** Where a job's message stands, and what it told so far. */
const Thread = z.object({
  /** As it is configured: in another channel the job begins a new message. */
  to: z.string(),
  /** As Slack calls it, which editing needs. */
  channel: z.string(),
  ts: z.string(),
  /** The latest steps, the oldest first. */
  steps: z.array(Step),
});
export type Thread = z.infer<typeof Thread>;

/** Steps that a message shows; a job that restarts all day has more. */
const MOST_STEPS = 8;

/** What was remembered of a job's message in that channel, where it can be gone on from. */
export function readThread(memo: string | undefined, to: string): Thread | undefined {
  if (memo === undefined) return undefined;
  const thread = Thread.safeParse(jsonOf(memo));
  return thread.success && thread.data.to === to ? thread.data : undefined;
}

export function writeThread(thread: Thread): string {
  return JSON.stringify(thread);
}

/** The steps with one more, in the order in which they happened: one that is told again is told once. */
export function stepsWith(steps: Thread["steps"], { event, at }: JobEvent): Thread["steps"] {
  const others = steps.filter((step) => step.event !== event || step.at !== at);
  const later = others.findIndex((step) => step.at > at);
  return others.toSpliced(later === -1 ? others.length : later, 0, { event, at }).slice(-MOST_STEPS);
}

/** Whether nothing later was told: only then does the job's message show this event. */
export function isLatest(steps: Thread["steps"], { at }: JobEvent): boolean {
  return steps.every((step) => step.at <= at);
}

/** The one message of a job: what it is doing now, and how it came there. */
export function rootMessage(event: JobEvent, steps: Thread["steps"], words: Words = PLAIN_WORDS): SlackMessage {
  const message = slackMessage(event, words);
  if (steps.length < 2) return message;
  const told = steps.map((step) => stepInWords(step, words)).join(" → ");
  const way = { type: "context", elements: [mrkdwn(told)] } as const;
  return {
    ...message,
    attachments: message.attachments.map(({ blocks, ...rest }) => ({ ...rest, blocks: [...blocks, way] })),
  };
}

function stepInWords({ event, at }: Thread["steps"][number], { state, times }: Words): string {
  return `${state(event)} ${time(at, "{time}", times?.clock)}`;
}

/** One step, under the job's message: it need not say again which job that is, but where it is also shown in the channel. */
export function replyMessage(event: JobEvent, words: Words = PLAIN_WORDS): SlackMessage {
  const description = words.describe(event);
  const make = (log: readonly Block[]): SlackMessage => ({
    text: inert(words.inOneLine(event), 600),
    blocks: [{ type: "section", text: mrkdwn(lineOf(description)) }],
    attachments: [{ color: COLORS[event.event], blocks: [...whyOf(description), ...log, moment(event.at, words)] }],
    unfurl_links: false,
    unfurl_media: false,
  });
  return withLog(make, description);
}

function lineOf({ emoji, headline, timing }: Description): string {
  const first = `*${inert(`${emoji} ${headline}`, 300)}*`;
  return timing === undefined ? first : `${first}  ${inert(timing, 120)}`;
}

// What was found stands in the first line.
function whyOf({ isTrouble, text, finding, ...why }: Description): readonly Block[] {
  if (text !== undefined) return ownText(text);
  return isTrouble ? alarm(finding === undefined ? why : { lead: undefined, body: why.body }) : [];
}

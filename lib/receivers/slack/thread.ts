import * as z from "zod";
import { EVENT_TYPES, type JobEvent } from "#jobs/event";
import { jsonOf } from "#text/json";
import { describe, inOneLine } from "../words.ts";
import { alarm, type Block, COLORS, moment, mrkdwn } from "./blocks.ts";
import { inert } from "./escape.ts";
import { type SlackMessage, slackMessage } from "./message.ts";

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
export function rootMessage(event: JobEvent, steps: Thread["steps"]): SlackMessage {
  const message = slackMessage(event);
  if (steps.length < 2) return message;
  const way = { type: "context", elements: [mrkdwn(steps.map(stepInWords).join(" → "))] } as const;
  return {
    ...message,
    attachments: message.attachments.map(({ blocks, ...rest }) => ({ ...rest, blocks: [...blocks, way] })),
  };
}

function stepInWords({ event, at }: Thread["steps"][number]): string {
  const seconds = Math.floor(Date.parse(at) / 1000);
  const fallback = inert(at, 40);
  return `${event} ${Number.isNaN(seconds) ? fallback : `<!date^${seconds}^{time}|${fallback}>`}`;
}

/** One step, under the job's message: it need not say again which job that is, but where it is also shown in the channel. */
export function replyMessage(event: JobEvent): SlackMessage {
  const description = describe(event);
  const [timing] = description.facts.filter(([label]) => TIMINGS.has(label));
  const headline = inert(`${description.emoji} ${description.headline}`, 300);
  const line = `*${headline}*${timing === undefined ? "" : `  ${timing[0].toLowerCase()} ${inert(timing[1], 60)}`}`;
  const why: readonly Block[] = event.event === "Failed" || event.event === "Restarting" ? alarm(description) : [];
  return {
    text: inert(inOneLine(event), 600),
    blocks: [{ type: "section", text: mrkdwn(line) }],
    attachments: [{ color: COLORS[event.event], blocks: [...why, moment(event.at)] }],
    unfurl_links: false,
    unfurl_media: false,
  };
}

const TIMINGS: ReadonlySet<string> = new Set(["Ran for", "Start took", "Since start"]);

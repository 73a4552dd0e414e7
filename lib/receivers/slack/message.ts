import type { EventType, JobEvent } from "#jobs/event";
import { oneLine } from "#text/clean";
import { type Description, describe, type Fact, inOneLine } from "../words.ts";
import { inert, plain } from "./escape.ts";

interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
  readonly emoji: false;
}

interface Mrkdwn {
  readonly type: "mrkdwn";
  readonly text: string;
  readonly verbatim: true;
}

type Block =
  | { readonly type: "header"; readonly text: PlainText }
  | { readonly type: "section"; readonly text: PlainText | Mrkdwn }
  | { readonly type: "section"; readonly fields: readonly Mrkdwn[] }
  | { readonly type: "context"; readonly elements: readonly (PlainText | Mrkdwn)[] };

/** What an incoming webhook takes. `text` is what notifications and screen readers say; the channel shows the blocks. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Blocks beside a bar of colour: only an attachment has one. */
  readonly attachments: readonly { readonly color: string; readonly blocks: readonly Block[] }[];
  /** Slack fetches no page that a job's message names. */
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

// Slack allows 150, 3000 and 2000 characters, and about 13,000 in all. People read less than that.
const HEADER = 150;
const MESSAGE = 700;
const NOTE = 300;
const FIELD = 300;
const FALLBACK = 600;

/** Puts an event into a Slack message: the headline, beside a bar of the state's colour why and where, then when. */
export function slackMessage(event: JobEvent): SlackMessage {
  const description = describe(event);
  return {
    text: inert(inOneLine(event), FALLBACK),
    blocks: [{ type: "header", text: plainText(`${description.emoji} ${description.headline}`, HEADER) }],
    attachments: [{ color: COLORS[event.event], blocks: [...details(event, description), moment(event.at)] }],
    unfurl_links: false,
    unfurl_media: false,
  };
}

// What went wrong is read before where; what went well needs its reason only as a note.
function details(event: JobEvent, description: Description): readonly Block[] {
  const fields = factsOf(event, description).map(field);
  // A section without any is what Slack calls invalid.
  const where: readonly Block[] = fields.length === 0 ? [] : [{ type: "section", fields }];
  const isTrouble = event.event === "Failed" || event.event === "Restarting";
  return isTrouble ? [...alarm(description), ...where] : [...where, ...note(description)];
}

function alarm({ reason, message }: Description): readonly Block[] {
  return [
    ...(reason === undefined ? [] : [{ type: "section", text: mrkdwn(`*${inert(reason, FIELD)}*`) } as const]),
    ...(message === undefined ? [] : [{ type: "section", text: plainText(message, MESSAGE) } as const]),
  ];
}

function note({ reason, message }: Description): readonly Block[] {
  const words = [reason, message && oneLine(message)].filter((part) => part !== undefined).join(": ");
  return words === "" ? [] : [{ type: "context", elements: [plainText(words, NOTE)] }];
}

// A job's name may have 253 characters: one that the headline cuts is told in full.
function factsOf(event: JobEvent, { headline, facts }: Description): readonly Fact[] {
  return headline.length > HEADER - 10 ? [["Name", oneLine(event.name)], ...facts] : facts;
}

function field([label, value]: Fact): Mrkdwn {
  return mrkdwn(`*${label}*\n${inert(value, FIELD)}`);
}

// Slack shows the time in each reader's own zone.
function moment(at: string): Block {
  const seconds = Math.floor(Date.parse(at) / 1_000);
  const fallback = inert(at, 40);
  const time = `<!date^${seconds}^{date_short_pretty} at {time_secs}|${fallback}>`;
  return { type: "context", elements: [mrkdwn(Number.isNaN(seconds) ? fallback : time)] };
}

function plainText(text: string, max: number): PlainText {
  return { type: "plain_text", text: plain(text, max), emoji: false };
}

// `verbatim`: Slack makes no links and mentions of its own out of what merely looks like one.
function mrkdwn(text: string): Mrkdwn {
  return { type: "mrkdwn", text, verbatim: true };
}

const COLORS: Readonly<Record<EventType, string>> = {
  Created: "#8d99ae",
  Running: "#1d9bd1",
  Restarting: "#ecb22e",
  Suspended: "#6b7280",
  Resumed: "#1d9bd1",
  Succeeded: "#2eb67d",
  Failed: "#e01e5a",
  Vanished: "#7c3085",
};

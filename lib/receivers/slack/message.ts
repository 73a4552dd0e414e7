import type { JobEvent } from "#jobs/event";
import { cut, oneLine } from "#text/clean";
import type { Digest } from "../receiver.ts";
import { type Description, describe, digestInOneLine, digestInWords, type Fact, inOneLine } from "../words.ts";
import { alarm, type Block, COLORS, FIELD, type Mrkdwn, moment, mrkdwn, plainText } from "./blocks.ts";
import { inert } from "./escape.ts";

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
const NOTE = 300;
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

// Slack allows 3000.
const FIRST = 2_000;

/** Puts many events into one Slack message: how many, beside a bar of the gravest state's colour what happened where, then the first. */
export function slackDigest(digest: Digest): SlackMessage {
  const { emoji, headline, gravest, counts, first, more, hint } = digestInWords(digest);
  const names = [...first.map((line) => cut(line, FIELD)), ...(more > 0 ? [`… and ${more} more`] : [])];
  return {
    text: inert(digestInOneLine(digest), FALLBACK),
    blocks: [{ type: "header", text: plainText(`${emoji} ${headline}`, HEADER) }],
    attachments: [
      {
        color: COLORS[gravest],
        blocks: [
          { type: "section", fields: counts.map(count) },
          { type: "section", text: plainText(names.join("\n"), FIRST) },
          { type: "context", elements: [plainText(hint, NOTE)] },
        ],
      },
    ],
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

function count([place, states]: Fact): Mrkdwn {
  return mrkdwn(`*${inert(place, FIELD)}*\n${states}`);
}

import type { JobEvent } from "#jobs/event";
import { cut } from "#text/clean";
import { type Description, type Fact, factsBelow, lastLines, PLAIN_WORDS, remarkOf, type Words } from "#words/words";
import type { Digest } from "../receiver.ts";
import {
  alarm,
  type Block,
  COLORS,
  FIELD,
  linksBlock,
  logBlocks,
  type Mrkdwn,
  moment,
  mrkdwn,
  plainText,
} from "./blocks.ts";
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
const OWN_TEXT = 2_900;

/** Puts an event into a Slack message: the headline, beside a bar of the state's colour why and where, then when. */
export function slackMessage(event: JobEvent, words: Words = PLAIN_WORDS): SlackMessage {
  const description = words.describe(event);
  const make = (log: readonly Block[]): SlackMessage => ({
    text: inert(words.inOneLine(event), FALLBACK),
    blocks: [{ type: "header", text: plainText(`${description.emoji} ${description.headline}`, HEADER) }],
    attachments: [{ color: COLORS[event.event], blocks: [...details(description), ...log, moment(event.at, words)] }],
    unfurl_links: false,
    unfurl_media: false,
  });
  return withLog(make, description);
}

// As JSON, with what a job's one message has beside it.
const MAX_MESSAGE = 11_500;
const MAX_LOG = 3_000;

/** A message with as much of the log's end as it has room for. */
export function withLog(make: (log: readonly Block[]) => SlackMessage, { log, text }: Description): SlackMessage {
  const without = make([]);
  if (log === undefined || text !== undefined) return without;
  const room = Math.min(MAX_LOG, MAX_MESSAGE - JSON.stringify(without).length - 600);
  const count = lastLines(log.lines, room, (line) => JSON.stringify(line)).length;
  return count === 0 ? without : make(logBlocks({ ...log, lines: log.lines.slice(-count) }));
}

// Slack allows 3000.
const FIRST = 2_000;

/** Puts many events into one Slack message: how many, beside a bar of the gravest state's colour what happened where, then the first. */
export function slackDigest(digest: Digest, words: Words = PLAIN_WORDS): SlackMessage {
  const { emoji, headline, gravest, counts, first, rest, hint } = words.digest(digest);
  const names = [...first.map((line) => cut(line, FIELD)), ...(rest === undefined ? [] : [rest])];
  return {
    text: inert(words.digestInOneLine(digest), FALLBACK),
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
function details(description: Description): readonly Block[] {
  const { text, isTrouble, warnings, links } = description;
  if (text !== undefined) return [...ownText(text), ...linksBlock(links)];
  const fields = factsBelow(description, HEADER - 10).map(field);
  // A section without any is what Slack calls invalid.
  const where: readonly Block[] = fields.length === 0 ? [] : [{ type: "section", fields }];
  const why = isTrouble ? [...alarm(description), ...where] : [...where, ...note(description)];
  return [...why, ...linksBlock(links), ...warned(warnings)];
}

/** Words of somebody's own. */
export function ownText(text: string): readonly Block[] {
  return text === "" ? [] : [{ type: "section", text: plainText(text, OWN_TEXT) }];
}

function note(description: Description): readonly Block[] {
  const words = remarkOf(description);
  return words === "" ? [] : [{ type: "context", elements: [plainText(words, NOTE)] }];
}

function warned(warnings: readonly string[]): readonly Block[] {
  if (warnings.length === 0) return [];
  return [{ type: "context", elements: warnings.map((warning) => plainText(`⚠ ${warning}`, NOTE)) }];
}

function field([label, value]: Fact): Mrkdwn {
  return mrkdwn(`*${label}*\n${inert(value, FIELD)}`);
}

function count([place, states]: Fact): Mrkdwn {
  return mrkdwn(`*${inert(place, FIELD)}*\n${states}`);
}

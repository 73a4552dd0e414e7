import type { EventType, JobEvent } from "#jobs/event";
import { cut } from "#text/clean";
import {
  type Description,
  type Fact,
  factsBelow,
  type Link,
  type Log,
  lastLines,
  PLAIN_WORDS,
  remarkOf,
  type Words,
} from "#words/words";
import type { Digest } from "../receiver.ts";
import { inert, plain, plainLines } from "./escape.ts";

type Style = "default" | "emphasis" | "good" | "attention" | "warning" | "accent";

interface TextRun {
  readonly type: "TextRun";
  readonly text: string;
  readonly size?: "Small" | "Large";
  readonly weight?: "Bolder";
  readonly fontType?: "Monospace";
  readonly isSubtle?: true;
}

type Element =
  | { readonly type: "Container"; readonly style: Style; readonly bleed: true; readonly items: readonly Element[] }
  | { readonly type: "RichTextBlock"; readonly inlines: readonly TextRun[]; readonly spacing?: "None" }
  | { readonly type: "FactSet"; readonly facts: readonly { readonly title: string; readonly value: string }[] }
  | {
      readonly type: "TextBlock";
      readonly text: string;
      readonly size: "Small";
      readonly isSubtle: true;
      readonly wrap: true;
    };

interface AdaptiveCard {
  readonly $schema: "http://adaptivecards.io/schemas/adaptive-card.json";
  readonly type: "AdaptiveCard";
  readonly version: "1.4";
  readonly fallbackText: string;
  readonly body: readonly Element[];
  readonly actions?: readonly { readonly type: "Action.OpenUrl"; readonly title: string; readonly url: string }[];
  readonly msteams: { readonly width: "Full" };
}

/** What a workflow that posts to Teams takes. */
export interface TeamsMessage {
  readonly type: "message";
  readonly attachments: readonly [
    {
      readonly contentType: "application/vnd.microsoft.card.adaptive";
      readonly contentUrl: null;
      readonly content: AdaptiveCard;
    },
  ];
}

// Teams takes about 28 kB in all (https://learn.microsoft.com/connectors/teams/#known-issues-and-limitations-with-actions).
// People read less than that.
const HEADLINE = 150;
const REASON = 400;
const MESSAGE = 700;
const MESSAGE_LINES = 12;
const NOTE = 300;
const OWN_TEXT = 2_900;
const OWN_LINES = 40;
const VALUE = 300;
const FALLBACK = 600;
const LINE = 160;

/** Puts an event into a card for Teams: the headline on the state's colour, why and where, then when. */
export function teamsMessage(event: JobEvent, words: Words = PLAIN_WORDS): TeamsMessage {
  const description = words.describe(event);
  const head = headline(STYLES[event.event], `${description.emoji} ${description.headline}`);
  const make = (log: readonly Element[]) =>
    card(words.inOneLine(event), [head, ...details(description), ...log, moment(event.at, words)], description);
  return withLog(make, description);
}

const MAX_BYTES = 18_000;

/** A card with as much of the log's end as it has room for. */
function withLog(make: (log: readonly Element[]) => TeamsMessage, { log, text }: Description): TeamsMessage {
  const without = make([]);
  if (log === undefined || text !== undefined) return without;
  // Half a line of a log's is the frame of its block.
  const room = MAX_BYTES - Buffer.byteLength(JSON.stringify(without)) - 600;
  const written = ({ length }: Buffer) => "x".repeat(length + 130);
  const count = lastLines(log.lines, room, (line) => written(Buffer.from(JSON.stringify(plain(line, LINE))))).length;
  return count === 0 ? without : make(logged({ ...log, lines: log.lines.slice(-count) }));
}

function logged({ title, lines }: Log): readonly Element[] {
  const runs = lines.map(
    (line) => ({ type: "TextRun", text: code(line), size: "Small", fontType: "Monospace" }) as const,
  );
  return [
    small(plain(title, NOTE)),
    ...runs.map((run, index) => ({ ...rich(run), ...(index > 0 && { spacing: "None" as const }) })),
  ];
}

function code(line: string): string {
  return plainLines(line, 1, LINE)[0] ?? "";
}

/** Puts many events into one card for Teams: how many, what happened where, and the first of them. */
export function teamsDigest(digest: Digest, words: Words = PLAIN_WORDS): TeamsMessage {
  const { emoji, headline: title, gravest, counts, first, rest, hint } = words.digest(digest);
  const lines = [...first.map((line) => cut(line, LINE)), ...(rest === undefined ? [] : [rest])];
  return card(words.digestInOneLine(digest), [
    headline(STYLES[gravest], `${emoji} ${title}`),
    factSet(counts),
    ...lines.map((line, index) => lineOf(plain(line, LINE), index)),
    small(plain(hint, NOTE)),
  ]);
}

function card(
  fallback: string,
  body: readonly Element[],
  { links }: { readonly links: readonly Link[] } = { links: [] },
): TeamsMessage {
  const content: AdaptiveCard = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    // Of a later one workflows show nothing: https://github.com/prometheus/alertmanager/issues/3920
    version: "1.4",
    fallbackText: inert(fallback, FALLBACK),
    body,
    ...(links.length > 0 && {
      actions: links.map(({ title, url }) => ({ type: "Action.OpenUrl", title: plain(title, LINE), url }) as const),
    }),
    msteams: { width: "Full" },
  };
  const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content } as const;
  return { type: "message", attachments: [attachment] };
}

// What went wrong is read before where; what went well needs its reason only as a note.
function details(description: Description): readonly Element[] {
  const { text, isTrouble, warnings } = description;
  if (text !== undefined) return plainLines(text, OWN_LINES, OWN_TEXT).map(lineOf);
  const facts = factsBelow(description, HEADLINE - 10);
  // A set without any is what Teams calls invalid.
  const where = facts.length === 0 ? [] : [factSet(facts)];
  const why = isTrouble ? [...alarm(description), ...where] : [...where, ...note(description)];
  return [...why, ...warnings.map((warning) => small(plain(`⚠ ${warning}`, NOTE)))];
}

function alarm({ lead, body }: Description): readonly Element[] {
  const lines = plainLines(body ?? "", MESSAGE_LINES, MESSAGE);
  return [
    ...(lead === undefined ? [] : [rich({ type: "TextRun", text: plain(lead, REASON), weight: "Bolder" })]),
    ...lines.map(lineOf),
  ];
}

function note(description: Description): readonly Element[] {
  const words = remarkOf(description);
  return words === "" ? [] : [small(plain(words, NOTE))];
}

function headline(style: Style, text: string): Element {
  const items = [rich({ type: "TextRun", text: plain(text, HEADLINE), size: "Large", weight: "Bolder" })];
  return { type: "Container", style, bleed: true, items };
}

function factSet(facts: readonly Fact[]): Element {
  return {
    type: "FactSet",
    facts: facts.map(([title, value]) => ({ title: inert(title, LINE), value: inert(value, VALUE) })),
  };
}

// A run keeps no newlines in some clients: a block for each line.
function lineOf(text: string, index: number): Element {
  return { ...rich({ type: "TextRun", text }), ...(index > 0 && { spacing: "None" }) };
}

function small(text: string): Element {
  return rich({ type: "TextRun", text, size: "Small", isSubtle: true });
}

function rich(run: TextRun): Extract<Element, { type: "RichTextBlock" }> {
  return { type: "RichTextBlock", inlines: [run] };
}

// Where nothing else is configured, Teams shows the time in each reader's own zone: https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
function moment(at: string, { times, dateAndTime }: Words): Element {
  const isTime = times === undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(at);
  const text = isTime ? `{{DATE(${at}, SHORT)}}${dateAndTime}{{TIME(${at})}}` : inert(times?.write(at) ?? at, 60);
  return { type: "TextBlock", text, size: "Small", isSubtle: true, wrap: true };
}

const STYLES: Readonly<Record<EventType, Style>> = {
  Created: "emphasis",
  Running: "accent",
  Restarting: "warning",
  Suspended: "emphasis",
  Resumed: "accent",
  Succeeded: "good",
  Failed: "attention",
  Vanished: "warning",
  Stalled: "warning",
  Overdue: "warning",
  Flapping: "warning",
  Recovered: "accent",
};

import type { EventType, JobEvent } from "#jobs/event";
import { cut, oneLine } from "#text/clean";
import type { Digest } from "../receiver.ts";
import { type Description, describe, digestInOneLine, digestInWords, type Fact, inOneLine } from "../words.ts";
import { inert, plain, plainLines } from "./escape.ts";

type Style = "default" | "emphasis" | "good" | "attention" | "warning" | "accent";

interface TextRun {
  readonly type: "TextRun";
  readonly text: string;
  readonly size?: "Small" | "Large";
  readonly weight?: "Bolder";
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
const REASON = 300;
const MESSAGE = 700;
const MESSAGE_LINES = 12;
const NOTE = 300;
const VALUE = 300;
const FALLBACK = 600;
const LINE = 160;

/** Puts an event into a card for Teams: the headline on the state's colour, why and where, then when. */
export function teamsMessage(event: JobEvent): TeamsMessage {
  const description = describe(event);
  const head = headline(STYLES[event.event], `${description.emoji} ${description.headline}`);
  return card(inOneLine(event), [head, ...details(event, description), moment(event.at)]);
}

/** Puts many events into one card for Teams: how many, what happened where, and the first of them. */
export function teamsDigest(digest: Digest): TeamsMessage {
  const { emoji, headline: title, gravest, counts, first, more, hint } = digestInWords(digest);
  const lines = [...first.map((line) => cut(line, LINE)), ...(more > 0 ? [`… and ${more} more`] : [])];
  return card(digestInOneLine(digest), [
    headline(STYLES[gravest], `${emoji} ${title}`),
    factSet(counts),
    ...lines.map((line, index) => lineOf(plain(line, LINE), index)),
    small(plain(hint, NOTE)),
  ]);
}

function card(fallback: string, body: readonly Element[]): TeamsMessage {
  const content: AdaptiveCard = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    // Of a later one workflows show nothing: https://github.com/prometheus/alertmanager/issues/3920
    version: "1.4",
    fallbackText: inert(fallback, FALLBACK),
    body,
    msteams: { width: "Full" },
  };
  const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content } as const;
  return { type: "message", attachments: [attachment] };
}

// What went wrong is read before where; what went well needs its reason only as a note.
function details(event: JobEvent, description: Description): readonly Element[] {
  const facts = factsOf(event, description);
  // A set without any is what Teams calls invalid.
  const where = facts.length === 0 ? [] : [factSet(facts)];
  const isTrouble = event.event === "Failed" || event.event === "Restarting";
  return isTrouble ? [...alarm(description), ...where] : [...where, ...note(description)];
}

function alarm({ reason, message }: Description): readonly Element[] {
  const lines = plainLines(message ?? "", MESSAGE_LINES, MESSAGE);
  return [
    ...(reason === undefined ? [] : [rich({ type: "TextRun", text: plain(reason, REASON), weight: "Bolder" })]),
    ...lines.map(lineOf),
  ];
}

function note({ reason, message }: Description): readonly Element[] {
  const words = [reason, message && oneLine(message)].filter((part) => part !== undefined).join(": ");
  return words === "" ? [] : [small(plain(words, NOTE))];
}

// A job's name may have 253 characters: one that the headline cuts is told in full.
function factsOf(event: JobEvent, { headline, facts }: Description): readonly Fact[] {
  return headline.length > HEADLINE - 10 ? [["Name", oneLine(event.name)], ...facts] : facts;
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

// Teams shows the time in each reader's own zone: https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
function moment(at: string): Element {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(at);
  const text = isTime ? `{{DATE(${at}, SHORT)}} at {{TIME(${at})}}` : inert(at, 40);
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
};

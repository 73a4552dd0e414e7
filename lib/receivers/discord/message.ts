import type { EventType, JobEvent } from "#jobs/event";
import { cut, oneLine } from "#text/clean";
import type { Digest } from "../receiver.ts";
import { type Description, describe, digestInWords, type Fact } from "../words.ts";
import { inert } from "./escape.ts";

interface Field {
  readonly name: string;
  readonly value: string;
  readonly inline: boolean;
}

interface Embed {
  readonly title: string;
  readonly description?: string;
  readonly color: number;
  readonly fields?: readonly Field[];
  /** Plain text: Discord formats nothing here. */
  readonly footer?: { readonly text: string };
  readonly timestamp?: string;
}

/** What a Discord webhook takes. */
export interface DiscordMessage {
  readonly embeds: readonly [Embed];
  /** Whatever a message says, nobody is rung. */
  readonly allowed_mentions: { readonly parse: readonly [] };
}

// Discord allows 256, 4096, 25 fields of 256 and 1024, 2048, and 6000 characters in all, backslashes counted:
// https://discord.com/developers/docs/resources/message#embed-object-embed-limits
const TITLE = 120;
const REASON = 300;
const MESSAGE = 700;
const LABEL = 80;
const VALUE = 160;
const NOTE = 300;
const LINE = 120;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Puts an event into a Discord message: beside a bar of the state's colour the headline, why, where, and when. */
export function discordMessage(event: JobEvent): DiscordMessage {
  const description = describe(event);
  const isTrouble = event.event === "Failed" || event.event === "Restarting";
  const text = isTrouble ? alarm(description) : "";
  const footer = isTrouble ? "" : note(description);
  return message({
    title: `${description.emoji} ${inert(description.headline, TITLE)}`,
    ...(text !== "" && { description: text }),
    color: COLORS[event.event],
    fields: factsOf(event, description).map((fact) => field(fact, true)),
    ...(footer !== "" && { footer: { text: footer } }),
    // Discord refuses the whole message for a time that it cannot read. It shows each reader's own zone.
    ...(TIME.test(event.at) && { timestamp: event.at }),
  });
}

/** Puts many events into one Discord message: how many, what happened where, and the first of them. */
export function discordDigest(digest: Digest): DiscordMessage {
  const { emoji, headline, gravest, counts, first, more, hint } = digestInWords(digest);
  const lines = [...first.map((line) => inert(line, LINE)), ...(more > 0 ? [`… and ${more} more`] : [])];
  return message({
    title: `${emoji} ${headline}`,
    description: lines.join("\n"),
    color: COLORS[gravest],
    fields: counts.map((fact) => field(fact, false)),
    footer: { text: cut(hint, NOTE) },
  });
}

function message(embed: Embed): DiscordMessage {
  return { embeds: [embed], allowed_mentions: { parse: [] } };
}

function alarm({ reason, message }: Description): string {
  const parts = [reason && `**${inert(reason, REASON)}**`, message && inert(message, MESSAGE)];
  return parts.filter((part) => part !== undefined).join("\n");
}

function note({ reason, message }: Description): string {
  const parts = [reason, message && oneLine(message)].filter((part) => part !== undefined);
  return cut(parts.join(": "), NOTE);
}

// A job's name may have 253 characters: one that the headline cuts is told in full.
function factsOf(event: JobEvent, { headline, facts }: Description): readonly Fact[] {
  return headline.length > TITLE ? [["Name", oneLine(event.name)], ...facts] : facts;
}

function field([label, value]: Fact, inline: boolean): Field {
  const max = label === "Name" ? 2 * VALUE : VALUE;
  return { name: inert(label, LABEL), value: inert(value, max), inline };
}

const COLORS: Readonly<Record<EventType, number>> = {
  Created: 0x8d99ae,
  Running: 0x1d9bd1,
  Restarting: 0xecb22e,
  Suspended: 0x6b7280,
  Resumed: 0x1d9bd1,
  Succeeded: 0x2eb67d,
  Failed: 0xe01e5a,
  Vanished: 0x7c3085,
};

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
import { code, inert } from "./escape.ts";

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
const REASON = 400;
const MESSAGE = 700;
const LABEL = 80;
const VALUE = 160;
const NOTE = 300;
const LINE = 120;
const WARNING = 200;
const OWN_TEXT = 1_200;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Puts an event into a Discord message: beside a bar of the state's colour the headline, why, where, and when. */
export function discordMessage(event: JobEvent, words: Words = PLAIN_WORDS): DiscordMessage {
  const description = words.describe(event);
  const { emoji, headline, text, name } = description;
  const fields =
    text === undefined
      ? factsBelow(description, TITLE).map((fact) => field(fact, true, fact === name ? 2 * VALUE : VALUE))
      : [];
  const footer = footerOf(event, description, words);
  const below = sizeOf(fields) + (footer.footer?.text.length ?? 0);
  const why = descriptionOf(description, Math.min(MAX_DESCRIPTION, MAX_EMBED - TITLE * 2 - below));
  return message({
    title: `${emoji} ${inert(headline, TITLE)}`,
    ...(why !== "" && { description: why }),
    color: COLORS[event.event],
    fields,
    ...footer,
  });
}

const MAX_DESCRIPTION = 4_000;
const MAX_EMBED = 5_900;

function sizeOf(fields: readonly Field[]): number {
  return fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
}

/** Why, then what leads further, in at most `max` characters: of the log what there is room for. */
function descriptionOf({ text, isTrouble, links, warnings, log, ...why }: Description, max: number): string {
  if (text !== undefined) return fitted([inert(text, OWN_TEXT), ...links.map(link)], max);
  const warned = warnings.map((warning) => `⚠ ${inert(warning, WARNING)}`);
  const parts = fitted([isTrouble ? alarm(why) : "", ...links.map(link), ...warned], max);
  return log === undefined ? parts : fitted([parts, logged(log, max - parts.length - 1)], max);
}

/** One below the other, those for which there is room. */
function fitted(parts: readonly string[], max: number): string {
  const said = parts.filter((part) => part !== "");
  return said.reduce((all, part) => (all === "" ? part : all.length + part.length < max ? `${all}\n${part}` : all), "");
}

function link({ title, url }: Link): string {
  return `🔗 [${inert(title, LABEL)}](${url})`;
}

function logged({ title, lines }: Log, max: number): string {
  const head = `${inert(title, LABEL)}\n\`\`\`\n`;
  const end = lastLines(lines, max - head.length - 4, code);
  return end.length === 0 ? "" : `${head}${end.join("\n")}\n\`\`\``;
}

// Discord refuses the whole message for a time that it cannot read. Where nothing else is configured it shows each reader's own zone.
function footerOf({ at }: JobEvent, description: Description, { times }: Words): Pick<Embed, "footer" | "timestamp"> {
  const said = description.isTrouble || description.text !== undefined ? "" : cut(remarkOf(description), NOTE);
  const text = [said, times?.write(at) ?? ""].filter((part) => part !== "").join(" • ");
  return { ...(text !== "" && { footer: { text } }), ...(times === undefined && TIME.test(at) && { timestamp: at }) };
}

/** Puts many events into one Discord message: how many, what happened where, and the first of them. */
export function discordDigest(digest: Digest, words: Words = PLAIN_WORDS): DiscordMessage {
  const { emoji, headline, gravest, counts, first, rest, hint } = words.digest(digest);
  const lines = [...first.map((line) => inert(line, LINE)), ...(rest === undefined ? [] : [rest])];
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

function alarm({ lead, body }: Pick<Description, "lead" | "body">): string {
  const parts = [lead && `**${inert(lead, REASON)}**`, body && inert(body, MESSAGE)];
  return parts.filter((part) => part !== undefined).join("\n");
}

function field([label, value]: Fact, inline: boolean, max = VALUE): Field {
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
  Stalled: 0xe8912d,
  Overdue: 0xe8912d,
  Flapping: 0xe8912d,
  Recovered: 0x3fb8af,
};

import type { EventType } from "#jobs/event";
import type { Description, Link, Log, Words } from "#words/words";
import { inert, plain } from "./escape.ts";

export interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
  readonly emoji: false;
}

export interface Mrkdwn {
  readonly type: "mrkdwn";
  readonly text: string;
  readonly verbatim: true;
}

export type Block =
  | { readonly type: "header"; readonly text: PlainText }
  | { readonly type: "section"; readonly text: PlainText | Mrkdwn }
  | { readonly type: "section"; readonly fields: readonly Mrkdwn[] }
  | { readonly type: "context"; readonly elements: readonly (PlainText | Mrkdwn)[] }
  | { readonly type: "rich_text"; readonly elements: readonly Preformatted[] };

/** Slack reads nothing in it: no mention, no link, no formatting, and nothing is escaped. */
interface Preformatted {
  readonly type: "rich_text_preformatted";
  readonly elements: readonly { readonly type: "text"; readonly text: string }[];
}

// Slack allows 3000 and 2000 characters. People read less than that.
const MESSAGE = 700;
const LEAD = 400;
export const FIELD = 300;

/** Why something went wrong. */
export function alarm({ lead, body }: Pick<Description, "lead" | "body">): readonly Block[] {
  return [
    ...(lead === undefined ? [] : [{ type: "section", text: mrkdwn(`*${inert(lead, LEAD)}*`) } as const]),
    ...(body === undefined ? [] : [{ type: "section", text: plainText(body, MESSAGE) } as const]),
  ];
}

/** The end of a log, under whose it is. */
export function logBlocks({ title, lines }: Log): readonly Block[] {
  const text = { type: "text", text: lines.join("\n") } as const;
  return [
    { type: "context", elements: [plainText(title, FIELD)] },
    { type: "rich_text", elements: [{ type: "rich_text_preformatted", elements: [text] }] },
  ];
}

/** Links that the configuration names: no other becomes one. */
export function linksBlock(links: readonly Link[]): readonly Block[] {
  if (links.length === 0) return [];
  const all = links.map(
    ({ title, url }) => `<${url.replaceAll("&", "&amp;")}|${inert(title, FIELD).replaceAll("|", "¦")}>`,
  );
  return [{ type: "section", text: mrkdwn(all.join("  ·  ")) }];
}

// Where nothing else is configured, Slack shows the time in each reader's own zone.
export function moment(at: string, { times, dateAndTime }: Pick<Words, "times" | "dateAndTime">): Block {
  return {
    type: "context",
    elements: [mrkdwn(time(at, `{date_short_pretty}${dateAndTime}{time_secs}`, times?.write))],
  };
}

/** A time in the form of Slack's dates, or as it is written. */
export function time(at: string, form: string, write: ((at: string) => string) | undefined): string {
  const seconds = Math.floor(Date.parse(at) / 1_000);
  if (Number.isNaN(seconds)) return inert(at, 40);
  return write === undefined ? `<!date^${seconds}^${form}|${inert(at, 40)}>` : inert(write(at), 60);
}

export function plainText(text: string, max: number): PlainText {
  return { type: "plain_text", text: plain(text, max), emoji: false };
}

// `verbatim`: Slack makes no links and mentions of its own out of what merely looks like one.
export function mrkdwn(text: string): Mrkdwn {
  return { type: "mrkdwn", text, verbatim: true };
}

export const COLORS: Readonly<Record<EventType, string>> = {
  Created: "#8d99ae",
  Running: "#1d9bd1",
  Restarting: "#ecb22e",
  Suspended: "#6b7280",
  Resumed: "#1d9bd1",
  Succeeded: "#2eb67d",
  Failed: "#e01e5a",
  Vanished: "#7c3085",
  Stalled: "#e8912d",
  Overdue: "#e8912d",
  Flapping: "#e8912d",
  Recovered: "#3fb8af",
};

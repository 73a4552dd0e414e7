import type { EventType } from "#jobs/event";
import type { Description } from "../words.ts";
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
  | { readonly type: "context"; readonly elements: readonly (PlainText | Mrkdwn)[] };

// Slack allows 3000 and 2000 characters. People read less than that.
const MESSAGE = 700;
export const FIELD = 300;

/** Why something went wrong. */
export function alarm({ reason, message }: Description): readonly Block[] {
  return [
    ...(reason === undefined ? [] : [{ type: "section", text: mrkdwn(`*${inert(reason, FIELD)}*`) } as const]),
    ...(message === undefined ? [] : [{ type: "section", text: plainText(message, MESSAGE) } as const]),
  ];
}

// Slack shows the time in each reader's own zone.
export function moment(at: string): Block {
  const seconds = Math.floor(Date.parse(at) / 1_000);
  const fallback = inert(at, 40);
  const time = `<!date^${seconds}^{date_short_pretty} at {time_secs}|${fallback}>`;
  return { type: "context", elements: [mrkdwn(Number.isNaN(seconds) ? fallback : time)] };
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
};

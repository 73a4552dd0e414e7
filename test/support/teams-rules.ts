import * as z from "zod";
import { type Loopback, startLoopback } from "./loopback-receiver.ts";
import { parseStrictly } from "./strict-json.ts";

// Adaptive Cards 1.4 as far as Jobbell writes them. What is not listed here is refused, as a typing mistake would be.
const Text = z.string().refine((value) => value.trim() !== "", "text is missing");
const Spacing = z.enum(["None", "Small", "Default", "Medium", "Large"]).optional();
const Size = z.enum(["Small", "Default", "Medium", "Large", "ExtraLarge"]).optional();
const TextRun = z.strictObject({
  type: z.literal("TextRun"),
  text: Text,
  size: Size,
  weight: z.enum(["Lighter", "Default", "Bolder"]).optional(),
  fontType: z.enum(["Default", "Monospace"]).optional(),
  isSubtle: z.boolean().optional(),
});
const RichTextBlock = z.strictObject({
  type: z.literal("RichTextBlock"),
  inlines: z.array(TextRun).min(1),
  spacing: Spacing,
});
const TextBlock = z.strictObject({
  type: z.literal("TextBlock"),
  text: Text,
  size: Size,
  isSubtle: z.boolean().optional(),
  wrap: z.boolean().optional(),
});
const FactSet = z.strictObject({
  type: z.literal("FactSet"),
  facts: z.array(z.strictObject({ title: Text, value: Text })).min(1),
});
const Container = z.strictObject({
  type: z.literal("Container"),
  style: z.enum(["default", "emphasis", "good", "attention", "warning", "accent"]),
  bleed: z.boolean().optional(),
  items: z.array(RichTextBlock).min(1),
});
const Element = z.discriminatedUnion("type", [RichTextBlock, TextBlock, FactSet, Container]);
type Element = z.infer<typeof Element>;

const Card = z.strictObject({
  $schema: z.literal("http://adaptivecards.io/schemas/adaptive-card.json"),
  type: z.literal("AdaptiveCard"),
  version: z.enum(["1.0", "1.1", "1.2", "1.3", "1.4"]),
  fallbackText: Text,
  body: z.array(Element).min(1),
  // Teams shows six.
  actions: z
    .array(z.strictObject({ type: z.literal("Action.OpenUrl"), title: Text, url: z.url({ protocol: /^https?$/ }) }))
    .min(1)
    .max(6)
    .optional(),
  msteams: z.strictObject({ width: z.literal("Full") }).optional(),
});

export const TeamsPayload = z.strictObject({
  type: z.literal("message"),
  attachments: z
    .array(
      z.strictObject({
        contentType: z.literal("application/vnd.microsoft.card.adaptive"),
        contentUrl: z.null(),
        content: Card,
      }),
    )
    .length(1),
});
export type TeamsPayload = z.infer<typeof TeamsPayload>;

export const MAX_BYTES = 28 * 1_024;

/** Why Teams would not show a body, or `undefined` where it would. */
export function violation(body: string): string | undefined {
  const size = Buffer.byteLength(body);
  if (size > MAX_BYTES) return `the message has ${size} bytes`;
  const payload = TeamsPayload.safeParse(parseStrictly(body));
  return payload.success ? undefined : z.prettifyError(payload.error);
}

const DATES = /\{\{\s*(?:DATE|TIME)\s*\(/i;
const LINKS = /https?:\/\/|\bwww\.|\w@\w/i;
// What some client or other reads in a TextBlock and in facts: Markdown, HTML, entities, escapes.
const MARKDOWN = [/[*~`<>[\]\\]/, /(?<![a-z0-9])_|_(?![a-z0-9])/i, /&#?\w+;/, /^([-+#]|\d+[.)])(\s|$)/m];

/** What a message would do besides being read: mentions, links, dates, formatting. */
export function effects(payload: TeamsPayload): readonly string[] {
  const { fallbackText, body, actions = [] } = contentOf(payload);
  const elsewhere = actions.map(({ url }) => url).filter((url) => !url.startsWith("https://logs.example.com/"));
  const parts = body.flatMap(partsOf);
  const plain = parts.filter(({ markdown }) => !markdown).map(({ text }) => text);
  const formatted = [fallbackText, ...parts.filter(({ markdown }) => markdown).map(({ text }) => withoutMoment(text))];
  const find = (texts: readonly string[], meanings: readonly RegExp[]) =>
    texts.flatMap((text) => meanings.flatMap((meaning) => text.match(meaning)?.[0] ?? []));
  return [...elsewhere, ...find([...plain, ...formatted], [DATES, LINKS]), ...find(formatted, MARKDOWN)];
}

function contentOf({ attachments }: TeamsPayload): z.infer<typeof Card> {
  return attachments[0]!.content;
}

function partsOf(element: Element): readonly { readonly text: string; readonly markdown: boolean }[] {
  switch (element.type) {
    case "Container":
      return element.items.flatMap(partsOf);
    case "RichTextBlock":
      return element.inlines.map(({ text }) => ({ text, markdown: false }));
    case "TextBlock":
      return [{ text: element.text, markdown: true }];
    case "FactSet":
      return element.facts.flatMap(({ title, value }) => [title, value]).map((text) => ({ text, markdown: true }));
    default:
      return element satisfies never;
  }
}

const MOMENT = /^\{\{DATE\(([\d:TZ-]{20}), SHORT\)\}\}(?: at)? \{\{TIME\(\1\)\}\}$/;
const withoutMoment = (text: string) => text.replace(MOMENT, "$1");

/** A card as a person sees it, without colours: what the tests and the documentation show. `█` stands for the ground of colour. */
export function asSeen(payload: TeamsPayload): string {
  const { body, actions = [] } = contentOf(payload);
  return [...body.flatMap(linesOf), ...actions.map(({ title, url }) => `[${title}] ${url}`)].join("\n");
}

function linesOf(element: Element): readonly string[] {
  switch (element.type) {
    case "Container":
      return element.items.flatMap(linesOf).map((line) => `█ ${line}`);
    case "RichTextBlock":
      return [element.inlines.map(({ text }) => text.replaceAll("\u00a0", " ")).join("")];
    case "TextBlock":
      return [withoutMoment(element.text)];
    case "FactSet":
      return element.facts.map(({ title, value }) => `${title}: ${value}`);
    default:
      return element satisfies never;
  }
}

export interface TeamsServer extends Loopback {
  /** The messages that Teams took. */
  readonly messages: readonly TeamsPayload[];
}

export interface TeamsOptions {
  /** Takes four requests in any second and refuses more, as the service does; by default there is no pace. */
  readonly paced?: boolean;
}

const SIGNATURE = "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7bC9d";
const PATH = `/workflows/5f1e0c2b9a8d4e7f8a6b5c4d3e2f1a0b/triggers/manual/paths/invoke`;

/** A workflow that posts to Teams, which holds the documented rules of its trigger and of the card that it posts. */
export async function startTeams({ paced = false }: TeamsOptions = {}): Promise<TeamsServer> {
  const taken: number[] = [];
  const query = `?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${SIGNATURE}`;
  const server = await startLoopback(`${PATH}${query}`, ({ method, path, headers, body }) => {
    const now = Date.now();
    if (new URL(path, "http://teams.invalid").searchParams.get("sig") !== SIGNATURE)
      return refusal(
        401,
        "DirectApiAuthorizationRequired",
        "The request must be authenticated only by Shared Access scheme.",
      );
    if (method !== "POST") return refusal(405, "MethodNotAllowed", "The HTTP method is not allowed.");
    if (paced && taken.filter((at) => now - at < 1_000).length >= 4)
      return { ...refusal(429, "TooManyRequests", "The rate limit is exceeded."), headers: { "retry-after": "1" } };
    taken.push(now);
    if (!headers["content-type"]?.startsWith("application/json"))
      return refusal(400, "TriggerInputSchemaMismatch", "The input body for trigger 'manual' is not JSON.");
    if (Buffer.byteLength(body) > MAX_BYTES) return refusal(413, "RequestEntityTooLarge", "Request Entity too large");
    const why = violation(body);
    return why === undefined ? { status: 202 } : refusal(400, "TriggerInputSchemaMismatch", why);
  });
  return Object.defineProperties(Object.assign(server, { messages: [] }), {
    messages: { get: () => server.accepted.map(({ body }) => TeamsPayload.parse(JSON.parse(body))) },
  });
}

function refusal(status: number, code: string, message: string) {
  return { status, body: JSON.stringify({ error: { code, message } }) };
}

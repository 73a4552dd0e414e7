import * as z from "zod";
import { type Loopback, startLoopback } from "./loopback-receiver.ts";
import { parseStrictly } from "./strict-json.ts";

// What Discord documents for what Jobbell sends; lengths count backslashes. What is not listed here is refused, as a typing mistake would be.
const text = (max: number) =>
  z
    .string()
    .max(max, `Must be ${max} or fewer in length.`)
    .refine((value) => value.trim() !== "", "This field is required");

const Embed = z.strictObject({
  title: text(256).optional(),
  description: text(4_096).optional(),
  color: z.int().min(0).max(0xffffff).optional(),
  fields: z
    .array(z.strictObject({ name: text(256), value: text(1_024), inline: z.boolean().optional() }))
    .max(25)
    .optional(),
  footer: z.strictObject({ text: text(2_048) }).optional(),
  timestamp: z.iso.datetime().optional(),
});
type Embed = z.infer<typeof Embed>;

export const DiscordPayload = z
  .strictObject({
    embeds: z.array(Embed).min(1).max(10),
    allowed_mentions: z.strictObject({ parse: z.array(z.enum(["roles", "users", "everyone"])) }),
  })
  .refine(({ embeds }) => embeds.reduce((sum, embed) => sum + lengthOf(embed), 0) <= 6_000, "Embed size exceeds 6000");
export type DiscordPayload = z.infer<typeof DiscordPayload>;

function lengthOf({ title = "", description = "", fields = [], footer }: Embed): number {
  const parts = [title, description, footer?.text ?? "", ...fields.flatMap(({ name, value }) => [name, value])];
  return parts.join("").length;
}

/** Why Discord would not take a body, or `undefined` where it would. */
export function violation(body: string): string | undefined {
  const payload = DiscordPayload.safeParse(parseStrictly(body));
  return payload.success ? undefined : z.prettifyError(payload.error);
}

const ESCAPED = /\\([^0-9A-Za-z\s])/g;
// Stands for a character that means nothing.
const LITERAL = "\ue000";

const MEANINGS: readonly RegExp[] = [
  /<(@[!&]?\d|#\d|a?:\w+:|t:-?\d|\/\w|id:)/, // people, roles, channels, emoji, times, commands
  /@(everyone|here)/,
  /https?:\/\//i,
  /\[[^\]]*\]\s*\(/,
  /(\*|_|~~|\|\||`)\S/,
  /^\s*(#{1,3}|-#|>|>>>|[-+*]|\d+\.)\s/m,
  /:\w+:/,
];

/** What a message would do besides being read: mentions, links, formatting. */
export function effects({ embeds, allowed_mentions: { parse } }: DiscordPayload): readonly string[] {
  const texts = embeds.flatMap(({ title = "", description = "", fields = [] }) => [
    title,
    withoutHeading(description),
    ...fields.flatMap(({ name, value }) => [name, value]),
  ]);
  const found = texts.flatMap((each) =>
    MEANINGS.flatMap((meaning) => each.replace(ESCAPED, LITERAL).match(meaning)?.[0] ?? []),
  );
  return [...parse, ...found];
}

// What Jobbell formats itself: a reason in bold on the first line, links that the configuration names, and a log at the end,
// in which nothing means anything.
function withoutHeading(description: string): string {
  return description
    .replace(/\n?```\n[^`]*\n```$/, "")
    .replace(/^\*\*((?:\\.|[^\\\n])+?)\*\*(?=\n|$)/, "$1")
    .replace(/^🔗 \[((?:\\.|[^\\\]\n])*)\]\(https:\/\/logs\.example\.com\/[^()\s]*\)$/gm, "$1");
}

/** A message as a person sees it in the channel, without colours: what the tests and the documentation show. */
export function asSeen({ embeds }: DiscordPayload): string {
  return embeds
    .flatMap(linesOf)
    .map((line) => `┃ ${line}`)
    .join("\n");
}

function linesOf({ title, description, fields = [], footer, timestamp }: Embed): readonly string[] {
  const last = [footer?.text, timestamp].filter((part) => part !== undefined).join(" • ");
  return [
    ...(title === undefined ? [] : [shown(title)]),
    ...(description === undefined ? [] : seenLines(description)),
    ...fields.map(({ name, value }) => `${shown(name)}: ${shown(value)}`),
    ...(last === "" ? [] : [last]),
  ];
}

function seenLines(description: string): readonly string[] {
  const [, code] = /```\n([^`]*)\n```$/.exec(description) ?? [];
  const links = [...description.matchAll(/\]\((https:[^()\s]*)\)$/gm)].map(([, url]) => url);
  const lines = shown(withoutHeading(description))
    .split("\n")
    .filter((line) => line !== "");
  return [...lines, ...links.map((url) => `→ ${url}`), ...(code?.split("\n") ?? []).map((line) => `    ${line}`)];
}

const shown = (text: string) => text.replace(ESCAPED, "$1");

export interface DiscordServer extends Loopback {
  /** The messages that Discord took. */
  readonly messages: readonly DiscordPayload[];
}

export interface DiscordOptions {
  /** Refuses what comes sooner after the one before, as Discord does; by default there is no pace. Milliseconds. */
  readonly minGapMs?: number;
  /** Discord itself names the wait in its header too; what stands before it may not. */
  readonly saysRetryAfter?: boolean;
}

/** The webhook of a Discord channel, which holds Discord's documented rules. */
export async function startDiscord(options: DiscordOptions = {}): Promise<DiscordServer> {
  const { minGapMs = 0, saysRetryAfter = true } = options;
  let next = 0;
  const server = await startLoopback("/api/webhooks/123456789012345678/sVz3Jq-4_abcdefghijkLMNOP", (request) => {
    if (request.method !== "POST") return json(405, { message: "405: Method Not Allowed", code: 0 });
    if (!request.headers["content-type"]?.startsWith("application/json"))
      return json(400, { message: "Cannot send an empty message", code: 50006 });
    if (Date.now() < next) {
      const seconds = (next - Date.now()) / 1_000;
      const answer = json(429, { message: "You are being rate limited.", retry_after: seconds, global: false });
      return saysRetryAfter ? { ...answer, headers: { "retry-after": String(Math.ceil(seconds)) } } : answer;
    }
    const why = violation(request.body);
    if (why !== undefined) return json(400, { message: "Invalid Form Body", code: 50035, errors: { _errors: [why] } });
    next = Date.now() + minGapMs;
    const waits = new URL(request.path, "http://discord.invalid").searchParams.get("wait") === "true";
    return waits ? json(200, { id: "1", type: 0 }) : { status: 204 };
  });
  return Object.defineProperties(Object.assign(server, { messages: [] }), {
    messages: { get: () => server.accepted.map(({ body }) => DiscordPayload.parse(JSON.parse(body))) },
  });
}

function json(status: number, body: unknown) {
  return { status, body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

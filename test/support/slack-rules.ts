import * as z from "zod";
import { parseStrictly } from "./strict-json.ts";

// Slack's documented rules for what Jobbell sends. What is not listed here is refused, as a typing mistake would be.
const plainText = (max: number) =>
  z.strictObject({ type: z.literal("plain_text"), text: z.string().min(1).max(max), emoji: z.boolean().optional() });
const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal("mrkdwn"), text: z.string().min(1).max(max), verbatim: z.boolean().optional() });
const text = (max: number) => z.discriminatedUnion("type", [plainText(max), mrkdwn(max)]);

const Header = z.strictObject({ type: z.literal("header"), text: plainText(150) });
const Section = z
  .strictObject({
    type: z.literal("section"),
    text: text(3_000).optional(),
    fields: z.array(text(2_000)).min(1).max(10).optional(),
  })
  .refine((section) => section.text !== undefined || section.fields !== undefined, "a section needs text or fields");
const Context = z.strictObject({ type: z.literal("context"), elements: z.array(text(3_000)).min(1).max(10) });
const Divider = z.strictObject({ type: z.literal("divider") });
// What is no element of its own, such as a user or a link, is text as it stands.
const Preformatted = z.strictObject({
  type: z.literal("rich_text_preformatted"),
  elements: z.array(z.strictObject({ type: z.literal("text"), text: z.string().min(1).max(3_000) })).min(1),
});
const RichText = z.strictObject({ type: z.literal("rich_text"), elements: z.array(Preformatted).min(1) });
const Blocks = z.array(z.discriminatedUnion("type", [Header, Section, Context, Divider, RichText])).max(50);

export const SlackPayload = z.strictObject({
  text: z.string().min(1).max(4_000),
  blocks: Blocks.optional(),
  attachments: z
    .array(z.strictObject({ color: z.string().regex(/^#[0-9a-f]{6}$/i), blocks: Blocks }))
    .max(20)
    .optional(),
  unfurl_links: z.boolean().optional(),
  unfurl_media: z.boolean().optional(),
  mrkdwn: z.boolean().optional(),
});
export type SlackPayload = z.infer<typeof SlackPayload>;

export const MAX_MESSAGE_CHARACTERS = 13_000;

/** Why Slack would not take a body, or `undefined` where it would. */
export function violation(body: string): string | undefined {
  if (body.length > MAX_MESSAGE_CHARACTERS) return `the message has ${body.length} characters`;
  const payload = SlackPayload.safeParse(parseStrictly(body));
  return payload.success ? undefined : z.prettifyError(payload.error);
}

/** Every string of a payload that Slack displays. */
function texts(payload: SlackPayload): readonly { type: "plain_text" | "mrkdwn"; text: string }[] {
  const blocks = [...(payload.blocks ?? []), ...(payload.attachments ?? []).flatMap((attachment) => attachment.blocks)];
  const objects = blocks.flatMap((block) => {
    if (block.type === "divider" || block.type === "rich_text") return [];
    if (block.type === "header") return [block.text];
    if (block.type === "context") return block.elements;
    return [...(block.text ? [block.text] : []), ...(block.fields ?? [])];
  });
  return [{ type: "mrkdwn", text: payload.text }, ...objects];
}

/** Where the links of the configuration lead in tests: what Jobbell makes itself. */
const CONFIGURED = /<https:\/\/logs\.example\.com\/[\w.!~*'%/?=&;-]*\|[^|<>]*>/g;

/** What a message would do besides being read: mentions that ring somebody and links that lead somewhere nobody configured. */
export function mentionsAndLinks(payload: SlackPayload): readonly string[] {
  return texts(payload).flatMap(({ type, text: written }) => {
    const text = written.replace(CONFIGURED, "");
    const special = [...text.matchAll(/<(?!!date\^\d+\^[^|^>]*\|[^>]*>)[^>]*>?/g)].map(([found]) => found);
    const bare =
      type === "mrkdwn" ? [...text.matchAll(/@(?:here|channel|everyone)\b|\w+:\/\/\S+/gi)].map(([found]) => found) : [];
    return [...special, ...bare];
  });
}

/** A message as a person sees it in the channel, without colours: what the tests and the documentation show. */
export function asSeen(payload: SlackPayload): string {
  const { blocks = [], attachments = [] } = payload;
  const top = blocks.map(seenBlock);
  const beside = attachments.flatMap(({ blocks }) => blocks.map(seenBlock)).flatMap((block) => block.split("\n"));
  return [...top, ...beside.map((line) => `┃ ${line}`)].join("\n");
}

type SeenBlock = z.infer<typeof Blocks>[number];
type SeenText = z.infer<ReturnType<typeof text>>;

function seenBlock(block: SeenBlock): string {
  if (block.type === "divider") return "────";
  if (block.type === "rich_text") return block.elements.map(seenCode).join("\n");
  if (block.type === "header") return seenText(block.text);
  if (block.type === "context") return block.elements.map(seenText).join("  ");
  const fields = (block.fields ?? []).map((field) => seenText(field).replace("\n", ": "));
  return [...(block.text ? [seenText(block.text)] : []), ...fields].join("\n");
}

function seenCode({ elements }: z.infer<typeof Preformatted>): string {
  return elements.flatMap(({ text }) => text.split("\n").map((line) => `    ${line}`)).join("\n");
}

function seenText({ type, text }: SeenText): string {
  const formatted =
    type === "plain_text"
      ? text
      : text
          .replace(/<!date\^\d+\^[^|]*\|([^>]*)>/g, "$1")
          .replace(/<(https:[^|>]*)\|([^>]*)>/g, "$2 ($1)")
          .replace(/\*([^*\n]+)\*/g, "$1");
  return formatted.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

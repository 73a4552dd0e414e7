import * as z from "zod";
import { type Loopback, startLoopback } from "./loopback-receiver.ts";

// CloudEvents 1.0: spec.md, "Type System" and "Context Attributes"; formats/json-format.md; bindings/http-protocol-binding.md.
// No control characters, no noncharacters of Unicode, no half surrogate pairs.
const NOT_ALLOWED = /[\p{Cc}\p{Surrogate}\p{Noncharacter_Code_Point}]/u;
const text = z
  .string()
  .min(1)
  .refine((value) => !NOT_ALLOWED.test(value), "has characters that a String must not have");

// RFC 3986, 4.1, as far as characters go: a reference needs neither a scheme nor an authority.
const URI_REFERENCE = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const uriReference = text.regex(URI_REFERENCE, "is no URI-reference");

const Attributes = z.object({
  specversion: z.literal("1.0"),
  id: text,
  source: uriReference,
  type: text,
  datacontenttype: text.regex(/^[\w.+-]+\/[\w.+-]+$/).optional(),
  dataschema: z.url().optional(),
  subject: text.optional(),
  time: z.iso.datetime({ offset: true }).optional(),
});

const MAX_BYTES = 65_536;

/** Why a body is no CloudEvent in the JSON format that all must pass on, or `undefined`. */
export function cloudEventViolation(contentType: string | undefined, body: string): string | undefined {
  if (!/^application\/cloudevents\+json(?:;\s*charset=utf-8)?$/i.test(contentType ?? "")) return "another content type";
  if (Buffer.byteLength(body) > MAX_BYTES) return `${Buffer.byteLength(body)} bytes`;
  const event: unknown = parse(body);
  const attributes = Attributes.safeParse(event);
  if (!attributes.success) return z.prettifyError(attributes.error);
  const names = Object.keys(event as object).filter((name) => name !== "data" && name !== "data_base64");
  return names.find((name) => !/^[a-z0-9]{1,20}$/.test(name));
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A sink of CloudEvents over HTTP, in structured mode. */
export function startCloudEvents(): Promise<Loopback> {
  return startLoopback("/hooks/events-4f9c2a", ({ method, headers, body }) => {
    if (method !== "POST") return { status: 405 };
    const violation = cloudEventViolation(headers["content-type"], body);
    return violation === undefined ? { status: 202 } : { status: 400, body: violation };
  });
}

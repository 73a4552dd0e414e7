import * as z from "zod";
import { jsonOf } from "#text/json";

const Text = z.string().catch("");

const Cause = z.object({ field: Text, message: Text }).catch({ field: "", message: "" });
const Details = z
  .object({
    name: Text,
    causes: z
      .array(Cause)
      .nullish()
      .catch(undefined)
      .transform((causes) => causes ?? []),
  })
  .nullish()
  .catch(undefined)
  .transform((details) => details ?? { name: "", causes: [] });

// The three shapes in which API servers, and the gateways before them, say what is wrong.
const Status = z
  .object({ kind: z.literal("Status"), message: Text, details: Details })
  .transform(({ message, details: { name, causes } }) => ({
    type: "status" as const,
    message,
    name,
    causes: causes.map(inWords).filter((cause) => cause !== ""),
  }));
const Flat = z
  .object({ error_code: Text, error_msg: z.string() })
  .transform(({ error_code, error_msg }) => ({ type: "gateway" as const, message: withCode(error_msg, error_code) }));
const Nested = z
  .object({
    error: z.object({ code: z.union([z.string(), z.number().transform(String)]).catch(""), message: z.string() }),
  })
  .transform(({ error }) => ({ type: "gateway" as const, message: withCode(error.message, error.code) }));
const Body = z.union([Status, Flat, Nested]);

/** What the body of an error says. `text`: words outside of any known shape; `html`: a page, which no API server sends. */
export type StatusBody =
  | z.infer<typeof Body>
  | { readonly type: "text"; readonly message: string }
  | { readonly type: "html"; readonly message: "" };

/** Never fails: what is of no known shape is text. */
export function parseStatusBody(text: string, contentType = ""): StatusBody {
  if (/\bhtml\b/i.test(contentType) || /^\s*<(!doctype|html|head|body)/i.test(text))
    return { type: "html", message: "" };
  const known = Body.safeParse(jsonOf(text));
  return known.success ? known.data : { type: "text", message: text };
}

/** Whether a 404 is about the object of that name. Without it, it speaks of the kind, or comes from a gateway that never asked the API server. */
export function speaksOf(name: string, body: StatusBody): boolean {
  return body.type === "status" && (body.name === name || body.message.includes(`"${name}"`));
}

// `<nil>` is how the server names no field in particular.
function inWords({ field, message }: z.output<typeof Cause>): string {
  return field === "" || field === "<nil>" ? message : `${field}: ${message}`;
}

function withCode(message: string, code: string): string {
  return code === "" ? message : `${message} (${code})`;
}

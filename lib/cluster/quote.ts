import { cut } from "#text/clean";
import { redact } from "#text/redact";
import type { StatusBody } from "./status-body.ts";

const MAX_CAUSE = 200;
const MAX_CAUSES = 600;

/** What the server says is wrong, in one line without secrets; of a 422 each cause once. */
export function quoteOf(body: StatusBody, hidden: readonly string[]): string {
  const causes = body.type === "status" ? body.causes : [];
  if (causes.length === 0) return redact(brief(body.message), hidden);
  const shown = new Set(causes.map((cause) => redact(brief(cause), hidden, MAX_CAUSE)));
  return cut([...shown].join("; "), MAX_CAUSES);
}

// The whole object comes back as the "invalid value", 10 kB and more, and what is wrong with it stands behind.
const VALUE = /(Invalid value: )"(?:[^"\\]|\\.){60,}"/gs;

function brief(text: string): string {
  return text.replace(VALUE, "$1…");
}

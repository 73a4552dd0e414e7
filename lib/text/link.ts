import { wellFormed } from "./clean.ts";
import { type Complaint, parseTemplate } from "./template.ts";
import type { Lookup } from "./variables.ts";

/** Where a link leads for an event; `undefined` where something that it names is missing, or it would be too long. */
export type LinkTo = (lookup: Lookup) => string | undefined;

const MAX_LINK = 600;
// Without user and password, whose place is no message; and all that follows is of that host.
const BEGINNING = /^https?:\/\/[^\s/?#@\\{}]+(?:[/?#]|$)/i;

/** Reads the template of a link: variables stand behind the host, and their values are percent-encoded. */
export function parseLink(text: string): LinkTo | Complaint {
  if (!/^https?:\/\//i.test(text)) return { complaint: "must begin with https:// or http://" };
  const template = parseTemplate(text);
  if ("complaint" in template) return template;
  if (!template.isPlain) return { complaint: "must have only variables of one line, and no sections" };
  const { names, render } = template;
  if (!BEGINNING.test(text)) return { complaint: "must have its variables behind the host: https://host/{{name}}" };
  if (urlOf(render(() => "x")) === undefined) return { complaint: "must be an address that a browser can open" };
  return (lookup) => {
    if (names.some((name) => !isUsable(lookup(name)))) return undefined;
    const url = urlOf(render(lookup, encoded));
    return url === undefined || url.length > MAX_LINK ? undefined : url;
  };
}

// `..` would lead up, encoded too.
function isUsable(value: ReturnType<Lookup>): boolean {
  return typeof value === "string" && value !== "" && value !== "." && value !== "..";
}

function encoded(value: string): string {
  return percent(encodeURIComponent(wellFormed(value)), /[!'()*]/g);
}

// What ends a link in some medium or other is encoded, whoever wrote it.
function urlOf(text: string): string | undefined {
  const url = URL.parse(text)?.href;
  return url && percent(url, /[()<>|"'\\^`{}\s]/g);
}

function percent(text: string, chars: RegExp): string {
  return text.replace(chars, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

import { cut, oneLine } from "./clean.ts";

const MAX_LENGTH = 300;

// Some of the patterns below take quadratic time on text that is made for it: 14 s for 64 kB, a few milliseconds for this.
const MAX_SEARCHED = 2_000;

// A secret shorter than this cannot be told from an ordinary word, and nobody gives one out.
const MIN_SECRET = 4;

// What looks like an address or a credential, whoever wrote it: servers and plugins quote more than what they were given.
const SUSPECTS: readonly (readonly [RegExp, string])[] = [
  [/[a-z][a-z0-9+.-]{0,20}:\\?\/\\?\/[^\s"'<>]+/gi, "[address]"],
  [/\b(bearer|basic)\s+[\w.~+/=-]{4,}/gi, "$1 [secret]"],
  [/\b(\w*token|password|passwd|secret|api_?key)(["']?(?:=|:)\s?["']?|["']:\s*["'])[^\s"',;&]{12,}/gi, "$1$2[secret]"],
  [/\b(\w*token|password|passwd|secret|api_?key)(=["']?|["']:\s*["'])[^\s"',;&]+/gi, "$1$2[secret]"],
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g, "[secret]"],
  [/\bsha256~[\w-]+/g, "[secret]"],
  [/\bwhsec_[\w+/=-]+/gi, "[secret]"],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, "[address]"],
  [/\[[0-9a-f]*:[0-9a-f:.]*\](?::\d+)?/gi, "[address]"],
  [/[\w+/=-]{60,}/g, "[secret]"],
];

/** Text from outside as one line of at most `max` characters, without control characters, without the `hidden` words in any case, and without what looks like an address or a credential. */
export function redact(text: string, hidden: readonly string[] = [], max = MAX_LENGTH): string {
  const words = hidden.filter((word) => word.length >= MIN_SECRET).toSorted((a, b) => b.length - a.length);
  const known = words.reduce(hide, text);
  const safe = SUSPECTS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), beginningOf(known));
  return cut(oneLine(safe), max);
}

function hide(text: string, word: string): string {
  const literal = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(literal, "gi"), "[hidden]");
}

// Without the last word, of which a half would not be recognized.
function beginningOf(text: string): string {
  return text.length <= MAX_SEARCHED ? text : text.slice(0, MAX_SEARCHED).replace(/\S+$/, "");
}

import { cut, oneLine } from "./clean.ts";

const MASK = "[secret]";

// Some patterns look on from each place of a line for 200 characters. Of a longer line the rest is not even looked at.
const MOST_SEARCHED = 1000;

const NAMED = "password|passwd|passphrase|secret|credential|(?:api|access|private|account)[_-]?key";
const SHORT = "pass|pwd|pw|sig|signature|auth";
const IS = String.raw`["'\\]*\s*(?:=>?|:)\s*\\?`;
const VALUE = String.raw`(?:"[^"]*"?|'[^']*'?|[^\s"',;&)}\]]+)`;

/** Known forms of secrets, whoever wrote them. What programs for training write all the time (`max_tokens=512`, a path, a digest) must stay. */
const FORMS: readonly (readonly [RegExp, string])[] = [
  [/\b([a-z][a-z0-9+.-]{0,20}:\\?\/\\?\/)[^\s/@:"'<>]{0,100}:[^\s/@"'<>]{1,200}@/gi, `$1${MASK}@`],
  [/\b((?:proxy-)?authorization["'\\]*\s*[=:]\s*["'\\]*).*/gi, `$1${MASK}`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{16,}/gi, `$1 ${MASK}`],
  [new RegExp(`((?:${NAMED})[\\w-]{0,20}${IS})${VALUE}`, "gi"), `$1${MASK}`],
  [new RegExp(`((?:^|[^a-z])(?:${SHORT})=)${VALUE}`, "gi"), `$1${MASK}`],
  [new RegExp(`(--[a-z-]{0,30}(?:${NAMED}|token)\\s+)${VALUE}`, "gi"), `$1${MASK}`],
  [new RegExp(`(token${IS}["']?)(?:(?=[^\\s"',;&]*\\d)[\\w.~+/=-]{12,}|[\\w.~+/=-]{20,})`, "gi"), `$1${MASK}`],
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g, MASK],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, MASK],
  [
    /\b(?:gh[pousr]_|github_pat_|glpat-|hf_|xox[abeprs]-|sk-|npm_|dckr_pat_|whsec_|sha256~|AIza|ya29\.)[\w-]{16,}/g,
    MASK,
  ],
];

const BEGINS = /-----BEGIN [A-Z ]*PRIVATE KEY/;
const ENDS = /-----END [A-Z ]*PRIVATE KEY/;

/**
 * Lines that a program wrote, each safe to show: in one line of at most `max` characters, without control characters, and
 * without what looks like a secret. Best effort: what looks like a word is taken for one.
 */
export function maskLines(lines: readonly string[], max: number): readonly string[] {
  // Where only the end of a key is there, it began before.
  const end = lines.findIndex((line) => ENDS.test(line));
  const begin = lines.findIndex((line) => BEGINS.test(line));
  let inKey = end !== -1 && (begin === -1 || begin > end);
  return lines.map((line) => {
    const isKey = inKey || BEGINS.test(line);
    inKey = isKey && !ENDS.test(line);
    return isKey ? MASK : indented(line, max);
  });
}

/** Where a line begins tells what it belongs to. */
function indented(line: string, max: number): string {
  const [indent = ""] = /^[ \t]{0,16}/.exec(line) ?? [];
  const masked = mask(line, max - indent.length);
  return masked === "" ? "" : indent.replaceAll("\t", " ") + masked;
}

/** The same of one text. */
export function mask(text: string, max: number): string {
  const searched = oneLine(beginningOf(withoutColours(text)));
  if (BEGINS.test(searched)) return MASK;
  const known = FORMS.reduce((rest, [form, instead]) => rest.replace(form, instead), searched);
  const safe = known.replace(/[A-Za-z0-9+/_=-]{40,}/g, (run) => (isRandom(run) ? MASK : run));
  return cut(safe, max);
}

// What a terminal is told to do: colours and titles, whole, so that they hide no secret from the forms.
const ESC = String.fromCharCode(27);
const BEL = String.fromCharCode(7);
const COLOURS = new RegExp(`${ESC}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?|[@-_])`, "g");

function withoutColours(text: string): string {
  return text.slice(0, 4 * MOST_SEARCHED).replace(COLOURS, "");
}

// Without the last word, of which a half would not be recognized.
function beginningOf(text: string): string {
  return text.length <= MOST_SEARCHED ? text : `${text.slice(0, MOST_SEARCHED).replace(/[^\s,;"'&=]+$/, "")} …`;
}

/** Base64: some stretch of it has letters of both sizes and digits, longer than people make words. Digests in hex have small letters only. */
function isRandom(run: string): boolean {
  return run
    .split(/[+/_=-]/)
    .some((part) => part.length >= 20 && /[a-z]/.test(part) && /[A-Z]/.test(part) && /\d/.test(part));
}

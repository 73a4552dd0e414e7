import { cut } from "#text/clean";

const WORD_JOINER = "\u2060";
const NO_BREAK_SPACE = "\u00a0";

// Backslashes and entities are read by some of Teams' clients and shown by others
// (https://github.com/MicrosoftDocs/msteams-docs/issues/5793), so these become letters that look alike. A `_` inside a
// word formats nothing and stays.
const LOOKALIKES: Readonly<Record<string, string>> = {
  "*": "∗",
  _: "ˍ",
  "~": "∼",
  "`": "ˋ",
  "[": "［",
  "]": "］",
  "<": "‹",
  ">": "›",
  "\\": "∖",
};

/** Text for a `TextRun`, which reads no Markdown: only dates and what a client takes for an address are made inert. At most `max` characters and a joiner for each of those. */
export function plain(text: string, max: number): string {
  return unlinked(cut(text, max)).replace(/\{(?=\{\s*(?:DATE|TIME)\s*\()/gi, `{${WORD_JOINER}`);
}

/** {@link plain} for each line that says something; what a line is indented by stays. */
export function plainLines(text: string, maxLines: number, max: number): readonly string[] {
  const lines = plain(text, max)
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(indented);
  return lines.length > maxLines ? [...lines.slice(0, maxLines - 1), "…"] : lines;
}

/** Text from outside, in one line, for a `TextBlock` or a fact, which read Markdown: it formats nothing, mentions nobody and links nowhere. */
export function inert(text: string, max: number): string {
  return plain(text, max)
    .replace(/(?<![a-z0-9])_|_(?![a-z0-9])|[*~`[\]<>\\]/gi, (char) => LOOKALIKES[char] ?? char)
    .replace(/&(?=#?\w+;)/g, `&${WORD_JOINER}`)
    .replace(/^(?=(?:[-+#]|\d+[.)])(?:\s|$))/, WORD_JOINER);
}

// Some clients look for addresses themselves.
function unlinked(text: string): string {
  return text.replace(/:(?=\/\/)|@(?=\w)|\bwww(?=\.)/gi, `$&${WORD_JOINER}`);
}

function indented(line: string): string {
  return line.replace(/^\s+/, (space) => NO_BREAK_SPACE.repeat(space.length));
}

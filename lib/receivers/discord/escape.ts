import { cut } from "#text/clean";

// Discord shows any of these without its meaning after a backslash: formatting, spoilers, links, `<@id>`, `<t:0>`,
// `:emoji:`, and the colon without which no address becomes a link.
const MEANT = /[\\*_~`|[\]<>@]|:(?=\S)/g;
// Headings, small print, quotes and lists begin a line.
const BEGINNING = /^([ \t]*)(-#|[-+#]|\d+(?=\.))/gm;

/** Text from outside where Discord reads Markdown: shown as it is written, at most `max` characters and a backslash before each. */
export function inert(text: string, max: number): string {
  return cut(text, max).replace(MEANT, "\\$&").replace(BEGINNING, begin);
}

function begin(_: string, indent: string, mark: string): string {
  return /\d/.test(mark) ? `${indent}${mark}\\` : `${indent}\\${mark}`;
}

/** A line of a block of code, which nothing but its end ends: nothing else in it means anything. */
export function code(line: string): string {
  return line.replaceAll("`", "ˋ");
}

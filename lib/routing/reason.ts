import { cut, oneLine } from "#text/clean";

const LONGEST = 200;
const LONGEST_QUOTE = 80;

/** A reason, for people: one line of at most 200 characters. */
export function reason(text: string): string {
  return cut(text, LONGEST);
}

/** Text from outside, or from a configuration, as reasons show it: one line of at most 80 characters. */
export function shown(text: string): string {
  // Of an annotation, which may have 256 kB, no more than this is looked at.
  return cut(oneLine(text.slice(0, 4 * LONGEST_QUOTE)), LONGEST_QUOTE);
}

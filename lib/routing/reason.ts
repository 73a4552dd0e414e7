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

// Later a Date has none.
const LAST = 8_640_000_000_000_000;

/** Milliseconds since 1970 as RFC 3339 in UTC, to the minute: `2026-11-21T14:05Z`. */
export function minuteOf(at: number): string {
  return new Date(Math.min(at, LAST)).toISOString().replace(/:\d\d\.\d{3}Z$/, "Z");
}

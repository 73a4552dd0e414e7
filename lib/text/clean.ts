// Control characters but tab and newline (terminal escapes begin with one), and the marks that turn the direction of
// what follows: with them a name can be displayed as another name.
const UNSAFE = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;

/** Half a surrogate pair becomes U+FFFD: it has no UTF-8 form, and strict JSON parsers refuse the whole body for it. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Text that came from outside, safe to show to people: no control characters, no direction marks. Newlines stay. */
export function clean(text: string): string {
  return visible(text).trim();
}

/** {@link clean} with the space around it: what a line is indented by. */
export function visible(text: string): string {
  return wellFormed(text.replace(/\r\n?/g, "\n").replace(UNSAFE, " "));
}

/** {@link clean}, in one line. */
export function oneLine(text: string): string {
  return clean(text).replace(/\s+/g, " ").trim();
}

/** At most `max` UTF-16 units, each code point first passed through `write`; what does not fit ends in `…`. */
export function cut(text: string, max: number, write: (char: string) => string = (char) => char): string {
  let kept = "";
  let fits = "";
  for (const char of text) {
    kept += write(char);
    if (kept.length > max) return `${fits}…`;
    if (kept.length < max) fits = kept;
  }
  return kept;
}

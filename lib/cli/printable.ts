// What a terminal would obey, or show in another order than it is.
const UNSAFE = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;

/** Text of several lines as a terminal may have it: `write` says what to put in place of each character that it would obey. */
export function printable(text: string, write: (char: string) => string): string {
  return text.replace(UNSAFE, write);
}

/** A character as an escape of JSON, which is one of YAML's quotes too. */
export function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A value as JSON in lines that people can read, with nothing in it that a terminal would obey. */
export function jsonOf(value: object): string {
  return printable(JSON.stringify(value, undefined, 2), escaped);
}

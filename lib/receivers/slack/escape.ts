import { cut } from "#text/clean";

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
// Slack has no escape for these, so they become letters that look alike. A `_` inside a word formats nothing and stays.
const LOOKALIKES: Readonly<Record<string, string>> = { "*": "∗", _: "ˍ", "~": "∼", "`": "ˋ" };
const WORD_JOINER = "\u2060";

/** Text for a `plain_text` object: only `&`, `<`, `>` mean anything there (`<!channel>` would ring everybody). */
export function plain(text: string, max: number): string {
  return cut(text, max, (char) => ENTITIES[char] ?? char);
}

/** Text from outside for `mrkdwn`: it formats nothing, mentions nobody and links nowhere. */
export function inert(text: string, max: number): string {
  return plain(unlinked(unformatted(text)), max);
}

function unformatted(text: string): string {
  return text.replace(/(?<![a-z0-9])_|_(?![a-z0-9])|[*~`]/gi, (char) => LOOKALIKES[char] ?? char);
}

// Without special parsing these are words, but a client or a workspace setting may still see a mention or a link in them.
function unlinked(text: string): string {
  return text.replace(/@(?=here|channel|everyone)/gi, `@${WORD_JOINER}`).replace(/:\/\//g, `:${WORD_JOINER}//`);
}

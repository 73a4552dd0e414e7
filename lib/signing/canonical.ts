import { createHash } from "node:crypto";

/** A query as signatures want it: taken apart, encoded anew, in order. */
export function canonicalQuery(query: URLSearchParams): string {
  const pairs = [...query].map(([name, value]) => [encode(name), encode(value)] as const);
  return pairs
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map((pair) => pair.join("="))
    .join("&");
}

/** By RFC 3986, which leaves five characters less as they are than JavaScript does. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** In hexadecimal digits. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A moment, in milliseconds since 1970, as signatures say it: `YYYYMMDDTHHMMSSZ`. */
export function compactDate(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");
}

/** By code units: a locale would order `_` and `-` otherwise. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

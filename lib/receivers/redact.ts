import { cut, oneLine } from "./text.ts";

const HIDDEN = "[hidden]";
// Whatever the configuration says: no URL, no signing secret, no address with a port is repeated.
const LOOKS_SECRET =
  /[a-z][a-z0-9+.-]{0,20}:\\?\/\\?\/\S+|whsec_\S+|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\[[0-9a-f]*:[0-9a-f:.]*\](?::\d+)?/gi;

/** Everything in a URL that a log must not show: the whole, the host, the path and its parts, credentials, query values. */
export function secretParts(url: URL): readonly string[] {
  const segments = url.pathname.split("/").filter((segment) => segment.length >= 6);
  const whole = [url.href, url.host, url.hostname, url.pathname + url.search, url.pathname];
  const parts = [...whole, ...segments, url.username, url.password, ...url.searchParams.values()];
  return parts.flatMap((part) => [part, decoded(part)]).filter((part) => part.length >= 4);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The beginning of a text from outside in one line of at most `max` characters, without the secrets and without anything that looks like an address. */
export function excerpt(text: string, secrets: readonly string[], max = 200): string {
  const start = oneLine(text.slice(0, 4_000).replace(/<[^<>]*>/g, " "));
  const longestFirst = [...secrets].sort((a, b) => b.length - a.length);
  const hidden = longestFirst.reduce((rest, secret) => hide(rest, secret), start);
  return cut(hidden.replace(LOOKS_SECRET, HIDDEN), max);
}

function hide(text: string, secret: string): string {
  const literal = secret.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(literal, "gi"), HIDDEN);
}

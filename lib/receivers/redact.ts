import { redact } from "#text/redact";

const MAX_EXCERPT = 200;

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

/** The beginning of an answer in one line of at most 200 characters, without tags, without the secrets and without anything that looks like one. */
export function excerpt(answer: string, secrets: readonly string[]): string {
  return redact(answer.replace(/<[^<>]*>/g, " "), secrets, MAX_EXCERPT);
}

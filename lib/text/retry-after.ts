const LONGEST_MS = 24 * 60 * 60 * 1000;

/** A Retry-After header, in seconds or as an HTTP date, in milliseconds from `now`, at most a day; `undefined` where it says nothing usable. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? "";
  // A fraction is no HTTP, but some servers write one.
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), LONGEST_MS);
  const date = text.endsWith(" GMT") ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.min(Math.max(date - now, 0), LONGEST_MS);
}

/** `30s`, `5m`, `1h`, or several in that order of size: `1m30s`. */
export const DURATION = /^(?=.)(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,6}s)?$/;

const SECONDS = { h: 3600, m: 60, s: 1 } as const;

/** A duration as people write it, in milliseconds, or `undefined` for any other text. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  const parts = text.matchAll(/(?<count>\d+)(?<unit>[hms])/g);
  return [...parts].reduce((sum, { groups }) => sum + Number(groups?.count) * 1000 * secondsOf(groups?.unit), 0);
}

function secondsOf(unit: string | undefined): number {
  return unit === "h" || unit === "m" ? SECONDS[unit] : SECONDS.s;
}

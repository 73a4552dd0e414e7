/** `30s`, `5m`, `1h`, `2d`, or several in that order of size: `1m30s`. */
export const DURATION = /^(?=.)(?:\d{1,6}d)?(?:\d{1,6}h)?(?:\d{1,6}m)?(?:\d{1,6}s)?$/;

const SECONDS: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 };

/** A duration as people write it, in milliseconds, or `undefined` for any other text. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  const parts = text.matchAll(/(?<count>\d+)(?<unit>[dhms])/g);
  return [...parts].reduce(
    (sum, { groups }) => sum + Number(groups?.count) * 1000 * (SECONDS[groups?.unit ?? ""] ?? 0),
    0,
  );
}

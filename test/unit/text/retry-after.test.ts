import { expect, test } from "vitest";
import { parseRetryAfter } from "#text/retry-after";

const NOW = Date.UTC(2026, 10, 21, 2, 17, 11);

test.each([
  [undefined, undefined],
  ["", undefined],
  ["soon", undefined],
  ["-5", undefined],
  ["0", 0],
  ["1", 1_000],
  [" 30 ", 30_000],
  ["0.5", 500],
  ["86401", 86_400_000],
  ["99999999999999999999", 86_400_000],
  ["Sat, 21 Nov 2026 02:18:11 GMT", 60_000],
  ["Sat, 21 Nov 2026 02:16:11 GMT", 0],
  ["Sat, 21 Nov 2037 02:16:11 GMT", 86_400_000],
  ["Sat, 99 Nov 2026 02:16:11 GMT", undefined],
  ["Sat, nonsense", undefined],
  ["2026-11-21", undefined],
])("Retry-After: %j asks for %s ms", (header, expected) => {
  expect(parseRetryAfter(header, NOW)).toBe(expected);
});

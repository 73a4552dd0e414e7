import fc from "fast-check";
import { expect, it } from "vitest";
import { parseDuration } from "#config/duration";

it.each([
  ["1s", 1_000],
  ["30s", 30_000],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["1m30s", 90_000],
  ["2h3m4s", 7_384_000],
  ["0s", 0],
  ["", undefined],
  ["30", undefined],
  ["s", undefined],
  ["1s1m", undefined],
  ["1.5m", undefined],
  ["-1s", undefined],
  ["1 s", undefined],
  ["100ms", undefined],
  ["1s\n", undefined],
  ["1234567s", undefined],
])("%j is %j milliseconds", (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

it("adds up hours, minutes and seconds", () => {
  const count = fc.integer({ min: 0, max: 999_999 });
  fc.assert(
    fc.property(count, count, count, (h, m, s) => {
      expect(parseDuration(`${h}h${m}m${s}s`)).toBe(((h * 60 + m) * 60 + s) * 1000);
    }),
  );
});

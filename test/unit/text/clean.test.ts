import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clean, cut, oneLine, wellFormed } from "#text/clean";
import { hostileText } from "../../support/events.ts";

describe("text from outside", () => {
  test.each([
    ["kept as it is: ünï 🔥", "kept as it is: ünï 🔥"],
    ["  two\r\nlines\rhere\n", "two\nlines\nhere"],
    ["\u001b[31mred\u001b[0m", "[31mred [0m"],
    ["\u202egnp.exe\u202c", "gnp.exe"],
    ["half \ud83d of a pair", "half \ufffd of a pair"],
  ])("clean(%j) is %j", (text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  test("is one line after oneLine", () => {
    expect(oneLine(" a\n\n b\t\u2028c ")).toBe("a b c");
  });

  test("a whole surrogate pair is well formed, two halves in the wrong order are not", () => {
    expect(wellFormed("🔥")).toBe("🔥");
    expect(wellFormed("\udd25\ud83d")).toBe("\ufffd\ufffd");
  });

  test("nothing that clean returns can move a terminal's cursor or turn the direction of text", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(clean(text)).not.toMatch(/(?![\t\n])[\p{Cc}\p{Surrogate}\u202e]/u);
      }),
    );
  });
});

describe("cut", () => {
  test.each([
    ["", 3, ""],
    ["abc", 3, "abc"],
    ["abcd", 3, "ab…"],
    ["a🔥b", 3, "a…"],
    ["a🔥", 3, "a🔥"],
    ["🔥🔥", 3, "🔥…"],
  ])("%j to %i is %j", (text, max, expected) => {
    expect(cut(text, max)).toBe(expected);
  });

  test("never tears what a character is written as", () => {
    expect(cut("a<<", 6, (char) => (char === "<" ? "&lt;" : char))).toBe("a&lt;…");
  });

  test("is never longer than its limit, and is the text itself where that fits", () => {
    const property = fc.property(hostileText, fc.integer({ min: 1, max: 60 }), (text, max) => {
      const kept = cut(text, max);
      expect(kept.length).toBeLessThanOrEqual(max);
      expect(kept === text).toBe(text.length <= max);
    });
    fc.assert(property);
  });
});

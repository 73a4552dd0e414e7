import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { includes, isPattern, matches } from "#jobs/namespaces";

describe("a pattern", () => {
  test.each([
    ["ml", "ml", true],
    ["ml", "ml-a", false],
    ["*", "ml", true],
    ["ml-*", "ml-a", true],
    ["ml-*", "ml", false],
    ["ml*", "ml", true],
    ["ml-*", "html-a", false],
    ["*-prod", "ml-prod", true],
    ["*-prod", "ml-prod-2", false],
    ["team-*-dev", "team-a-dev", true],
    ["team-*-dev", "team-a-b-dev", true],
    ["team-*-dev", "team-a-prod", false],
    // What begins a name and what ends it do not share its letters.
    ["team-*-dev", "team-dev", false],
    ["ab*ba", "aba", false],
    ["*-*", "a-b", true],
    ["*-*", "ab", false],
    ["*a*b*", "xaxbx", true],
    ["*a*b*", "xbxax", false],
    ["a*b*b", "ab", false],
    ["*x*y", "ay", false],
    // No letter of a name is anything but itself.
    ["a.*", "abc", false],
  ])("%s and the name %s: %s", (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  test("says of every name what the regular expression says that it stands for", () => {
    const text = (letters: readonly string[]) => fc.array(fc.constantFrom(...letters), { maxLength: 7 });
    fc.assert(
      fc.property(text(["a", "b", "*"]), text(["a", "b"]), (letters, name) => {
        const regExp = new RegExp(`^${letters.map((letter) => (letter === "*" ? ".*" : letter)).join("")}$`);
        expect(matches(letters.join(""), name.join(""))).toBe(regExp.test(name.join("")));
      }),
      { numRuns: 2000 },
    );
  });

  test("that matches another pattern as it is written matches each name that the other matches", () => {
    const text = (letters: readonly string[]) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 5 });
    fc.assert(
      fc.property(text(["a", "b", "*"]), text(["a", "b", "*"]), text(["a", "b"]), (wide, narrow, name) => {
        fc.pre(matches(wide, narrow) && matches(narrow, name));
        expect(matches(wide, name)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("of many stars is answered in no time", () => {
    expect(matches(`${"*a".repeat(31)}*b`, "a".repeat(63))).toBe(false);
  });
});

test.each([
  ["ml", false],
  ["ml-*", true],
  ["*", true],
])("%s is a pattern: %s", (text, expected) => {
  expect(isPattern(text)).toBe(expected);
});

test.each([
  ["a name", "ml", [], ["ml"]],
  ["all", "*", [], ["ml", "ml-a", "ml-b", "kube-system", "kube-public"]],
  ["all but one", "*", ["kube-system"], ["ml", "ml-a", "ml-b", "kube-public"]],
  ["all but those of patterns", "*", ["kube-*", "*-b"], ["ml", "ml-a"]],
  ["some but one", "ml-*", ["ml-b", "kube-*"], ["ml-a"]],
])("%s: the namespaces that are meant", (_what, namespace, exclude, expected) => {
  const names = ["ml", "ml-a", "ml-b", "kube-system", "kube-public"];
  expect(names.filter((name) => includes({ namespace, exclude }, name))).toEqual(expected);
});

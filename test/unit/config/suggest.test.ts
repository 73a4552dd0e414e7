import fc from "fast-check";
import { expect, it } from "vitest";
import { didYouMean } from "#config/suggest";

const NAMES = ["namespace", "namespaces", "kinds", "on", "url"];

it.each([
  ["namepsace", "namespace"],
  ["NAMESPACE", "namespace"],
  ["namespacess", "namespaces"],
  ["namespac", "namespace"],
  ["kind", "kinds"],
  ["kindsss", "kinds"],
  ["no", undefined],
  ["o", "on"],
  ["ulr", undefined],
  ["uri", "url"],
  ["knd", "kinds"],
  ["xyz", undefined],
  ["", undefined],
  ["a-very-long-word-that-is-like-none-of-the-names", undefined],
])("for %j suggests %j", (written, name) => {
  expect(didYouMean(written, NAMES)).toBe(name === undefined ? "" : `, did you mean "${name}"?`);
});

it("finds every name from which one letter was lost", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 2, maxLength: 20 }), fc.nat(), (name, at) => {
      const letters = [...name];
      letters.splice(at % letters.length, 1);
      expect(didYouMean(letters.join(""), [name])).not.toBe("");
    }),
  );
});

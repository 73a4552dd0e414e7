import { describe, expect, test } from "vitest";
import { namedBy, namespaceOf } from "#cli/job/kind";
import { keyOption, podsOption, secondsOption } from "#cli/job/options";
import { KINDS } from "#jobs/kinds/registry";

describe("a number of seconds", () => {
  test.each([
    ["90s", 90],
    ["2h", 7200],
    ["1d", 86_400],
    ["1d12h", 129_600],
    ["1h30m", 5400],
    ["none", null],
    ["24855d", 2_147_472_000],
  ])("may be written as %s", (text, seconds) => {
    expect(secondsOption(1)(text)).toBe(seconds);
  });

  test.each(["", "d", "soon", "90", "-1s", "1.5h", "2h1d", "1d ", "24856d", "None", "0s", "0d"])(
    "may not be written as %j",
    (text) => {
      expect(() => secondsOption(1)(text)).toThrow(/at least 1s, such as/);
    },
  );

  test("may be none at all where the field says so", () => {
    expect(secondsOption(0)("0s")).toBe(0);
  });
});

describe("a number of pods", () => {
  test.each([
    ["0", 0],
    ["16", 16],
    ["2147483647", 2_147_483_647],
  ])("may be %s", (text, count) => {
    expect(podsOption(text)).toBe(count);
  });

  test.each(["", "-1", "1.5", "x", "0x10", "2147483648", "1e3"])("may not be %j", (text) => {
    expect(() => podsOption(text)).toThrow(/whole number/);
  });
});

describe("a label", () => {
  test.each([
    [["a=b"], { a: "b" }],
    [["a="], { a: "" }],
    [["a=b=c"], { a: "b=c" }],
    [["a-"], { a: null }],
    [["a-b-"], { "a-b": null }],
    [["a=b-"], { a: "b-" }],
    [["example.com/a=1", "b-"], { "example.com/a": "1", b: null }],
    [["__proto__=x"], JSON.parse('{"__proto__":"x"}')],
    [["a=line\none"], { a: "line\none" }],
  ])("%j is %j", (texts, expected) => {
    let labels: ReturnType<typeof keyOption> | undefined;
    for (const text of texts) labels = keyOption(text, labels);
    expect(labels).toEqual(expected);
    expect(Object.keys(labels ?? {})).toEqual(Object.keys(expected));
  });

  test.each(["", "a", "=b", "-"])("is not %j", (text) => {
    expect(() => keyOption(text)).toThrow(/key=value/);
  });
});

describe("the name of a job", () => {
  test.each(KINDS.map(({ resource }) => resource))("goes with every way to write $kind", ({ kind, plural, group }) => {
    const ways = [kind, kind.toLowerCase(), kind.toUpperCase(), plural, `${plural}.${group}`, `${kind}.${group}`];
    for (const way of ways) {
      expect(namedBy(way, "a.b-c")).toMatchObject({ kind: { resource: { kind } }, name: "a.b-c" });
      expect(namedBy(`${way}/a`, undefined)).toMatchObject({ kind: { resource: { kind } }, name: "a" });
    }
  });

  test.each([
    ["tfjob", undefined],
    ["tfjob/", undefined],
    ["tfjob", ""],
    ["/a", undefined],
    ["tfjob/a", "b"],
    ["tfjob/a/status", undefined],
    ["tfjob", "A"],
    ["tfjob", "a b"],
    ["tfjob", ".."],
    ["tfjob", "a?x=y"],
    ["tfjob", "a".repeat(254)],
    ["pods", "a"],
  ])("is not %s %s", (first, second) => {
    expect(() => namedBy(first, second)).toThrow(expect.objectContaining({ name: "UsageError" }));
  });

  test.each([undefined, "", "a.b", "A", "a".repeat(64), "../x"])("is in no namespace %s", (text) => {
    expect(() => namespaceOf(text)).toThrow(expect.objectContaining({ name: "UsageError" }));
  });
});

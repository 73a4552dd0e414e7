import { describe, expect, it } from "vitest";
import { linesOf, marked, withClusters, withMore } from "./lines.ts";

const ALIAS = "this alias (*) has no anchor (&) before it: text that begins with * needs quotes";
const TOO_DEEP = "1:1: the document is nested too deeply";

/** A name, a text with a `▸` before the place that is wrong, and what is said of it. */
const TABLE: readonly (readonly [string, string, string])[] = [
  ["nothing at all", "▸", "the file is empty: it needs clusters, receivers and namespaces"],
  ["comments only", "▸# nothing\n", "the file is empty: it needs clusters, receivers and namespaces"],
  ["a tab", "clusters:\n▸\t- name: x", "a tab cannot indent: use spaces"],
  ["a quote that is not closed", 'a: "x\nb: 1\n▸', "something is missing here: a quote, a colon, a comma or a bracket"],
  ["a bracket that is not closed", "a: [1, 2\n▸", "the indentation is not right here, or a bracket is not closed"],
  ["a bracket too many", "{ a: 1 }▸}", "this is not YAML: look at quotes, brackets and indentation"],
  [
    "two keys on a line",
    "a: ▸b: c",
    'a second key on this line: look at the indentation, or put text that holds ": " in quotes',
  ],
  ["a line without a colon", "▸clusters\nreceivers: []", "a key must stand on one line and end with a colon"],
  ["a second document", "a: 1\n▸---\nb: 2", "a second document begins here (---): only one is possible"],
  ["a list as key", "? ▸[a]\n: 1", "a key must be text"],
  ["a directive", "%YAML ▸7\n---\na: 1", "a line that begins with % is not possible here"],
  [
    "an unknown escape",
    'a: "▸\\q"',
    "unknown escape in double quotes: use single quotes, or write the backslash twice",
  ],
  ["text that begins with @", "a: ▸@s3cret", "text that begins with this character needs quotes"],
  ["text that begins with %", "a: ▸%s3cret", "text that begins with this character needs quotes"],
  ["text that begins with !", "a: ▸!s3cret x", "text that begins with ! needs quotes"],
  ["a tag that is known elsewhere", "a: ▸!!binary czNjcmV0", "text that begins with ! needs quotes"],
  ["text that begins with *", "a: ▸*s3cret", ALIAS],
  ["an alias before its anchor", "a: ▸*x\nb: &x 1", ALIAS],
  ["text that begins with |", "a: |▸s3cret", "this is not YAML: look at quotes, brackets and indentation"],
  ["several mistakes of one line", "- a\n▸b: 1", "this is not YAML: look at quotes, brackets and indentation"],
];

describe("YAML that cannot be read", () => {
  it.each(TABLE)("%s is one line that says where, and never quotes the text", (_, source, message) => {
    const { text, places } = marked(source);
    expect(linesOf(text)).toEqual([`${places[0]}: ${message}`]);
    expect(message).not.toContain("s3cret");
  });

  it("is said for every line that has a mistake of its own", () => {
    const { text, places } = marked("a: ▸@x\nb: ok\nc: ▸%y");
    expect(linesOf(text).map((line) => line.split(": ")[0])).toEqual(places);
  });

  const OPEN = 50_000;
  it.each([
    ["brackets", `a: ${"[".repeat(OPEN)}`],
    ["braces", "{a: ".repeat(OPEN)],
    ["closed brackets", `a: ${"[".repeat(OPEN)}${"]".repeat(OPEN)}`],
    ["dashes on a line", `${"- ".repeat(OPEN)}x`],
    ["question marks on a line", `${"? ".repeat(OPEN)}x`],
    ["lines that step to the right", Array.from({ length: 600 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n")],
  ])("%s without end are refused before they end the stack", (_, text) => {
    expect(linesOf(text)).toEqual([TOO_DEEP]);
  });

  it("leaves room for brackets in text", () => {
    const text = withMore(`state: "${"[]{}".repeat(500)}"`);
    expect(linesOf(text)).toEqual([]);
  });
});

describe("aliases", () => {
  it("that multiply each other are refused", () => {
    const letters = [..."bcdefghijk"];
    const lines = letters.map((letter, index) => `${letter}: &${letter} [${list(letters[index - 1] ?? "a", 10)}]`);
    expect(linesOf(`a: &a [x]\n${lines.join("\n")}`)).toEqual(["1:1: too many aliases (*): write the values out"]);
  });

  it("that are too many are refused at the first too many", () => {
    const { text, places } = marked(`a: &a x\nb: [\n  ${list("a", 10_000)},\n  ▸*a]`);
    expect(linesOf(text)).toEqual([`${places[0]}: too many aliases (*): write the values out`]);
  });

  it("that hold themselves are of a wrong type like anything else", () => {
    expect(linesOf(withClusters("&a [*a]"))).toEqual(["1:15: clusters: must be a map of keys and values"]);
  });

  it("of one mistake say it once, where it was written", () => {
    const { text, places } = marked(`clusters: [{ name: c, kubeconfig: k }]
receivers: [{ name: r, slack: { webhookUrl: "\${env:S}" } }]
namespaces:
  - { namespace: a, kinds: &kinds [Job, ▸Jobb], routes: &routes [{ receivers: [r] }] }
  - { namespace: b, kinds: *kinds, routes: *routes }`);
    expect(linesOf(text)).toEqual([`${places[0]}: kinds: unknown value "Jobb", did you mean "Job"?`]);
  });

  it("are no merge keys", () => {
    const { text, places } = marked("a: &a { name: x }\n▸<<: *a");
    expect(linesOf(text)).toContain(`${places[0]}: unknown key`);
  });
});

it("reads a file of Windows, and JSON", () => {
  const text = withMore("state: x\r\n").replaceAll("\n", "\r\n");
  expect(linesOf(text)).toEqual([]);
  const json = {
    clusters: [{ name: "c", kubeconfig: "k" }],
    receivers: [{ name: "r", slack: { webhookUrl: "${env:S}" } }],
    namespaces: [{ namespace: "ml", kinds: ["Job"], routes: [{ receivers: ["r"] }] }],
  };
  expect(linesOf(JSON.stringify(json, null, 2))).toEqual([]);
});

function list(anchor: string, count: number): string {
  return Array.from({ length: count }, () => `*${anchor}`).join(",");
}

import { describe, expect, test } from "vitest";
import { compileConfig, readCompiledConfig } from "#config/compiled";
import { formatProblem, parseConfig } from "#config/config";
import { watchesOf } from "#wiring";
import { linesOf, marked, withClusters, withNamespaces } from "./lines.ts";

const ROUTES = "routes: [{ receivers: [chat] }]";
const entry = (keys: string, kinds = "Job") => `{ namespace: ${keys}, kinds: [${kinds}], ${ROUTES} }`;
const MUST_BE =
  "must be the name of a Kubernetes namespace: a-z, 0-9 and -, at most 63 characters; or a pattern with * for any others";

test.each(["ml", '"*"', "ml-*", '"*-prod"', "team-*-dev", '"*-*"', "m*l", '"0*"'])("%s may be watched", (namespace) => {
  expect(linesOf(withNamespaces(entry(namespace)))).toEqual([]);
});

test.each(['"**"', "ml-**", "-*", '"*-"', "ml-?", '"[a-z]*"', "ML-*", '""', `${"m".repeat(63)}*`])(
  "%s may not",
  (namespace) => {
    expect(linesOf(withNamespaces(entry(namespace)))).toEqual([`3:27: namespace: ${MUST_BE}`]);
  },
);

test.each(["*", "*-prod"])("%s without quotes, which YAML takes for an alias, is said to need them", (namespace) => {
  expect(linesOf(withNamespaces(entry(namespace)))).toEqual([expect.stringMatching(/^3:27: .*needs quotes$/)]);
});

test("what is left out is a part of the watch, here and in a function's package", () => {
  const config = parseConfig(withNamespaces(entry('"*", exclude: [kube-system, "kube-*"]')), "/etc/jobbell/f.yml");
  const packaged = readCompiledConfig(compileConfig(config, "/etc/jobbell"));
  for (const each of [config, packaged])
    expect(watchesOf(each)[0]).toMatchObject({ namespace: "*", exclude: ["kube-system", "kube-*"] });
});

describe("what is left out", () => {
  test.each([
    ["is none", entry('"*", exclude: ▸[]'), "exclude: must have at least one entry"],
    ["is no name", entry('"*", exclude: [kube-system, ▸KUBE]'), `exclude: ${MUST_BE}`],
    ["is no list", entry('"*", exclude: ▸kube-system'), "exclude: must be a list"],
    ["stands beside a name", entry("ml, ▸exclude: [x]"), 'exclude: goes with a pattern only, such as namespace: "*"'],
    ["is all", entry('"*", exclude: [ml, ▸"*"]'), 'exclude: leaves nothing of "*"'],
    ["is all of it", entry('ml-a-*, exclude: [▸"ml-*"]'), 'exclude: leaves nothing of "ml-a-*"'],
  ])("that %s is said with its place", (_what, source, message) => {
    const { text, places } = marked(withNamespaces(source));
    expect(linesOf(text)).toEqual([`${places[0]}: ${message}`]);
  });
});

test("and is looked at whatever is wrong beside it", () => {
  const { text, places } = marked(withNamespaces(`▸5, ▸{ kinds: [Job], ${ROUTES} }, ${entry("ml, ▸exclude: [x]")}`));
  expect(linesOf(text)).toEqual([
    `${places[0]}: namespaces: must be a map of keys and values`,
    `${places[1]}: missing key "namespace"`,
    `${places[2]}: exclude: goes with a pattern only, such as namespace: "*"`,
  ]);
});

test("a pattern of a cluster of CCI is refused", () => {
  const cci = "{ name: prod, region: cn-north-4, provider: cci, auth: { token: t } }";
  const { text, places } = marked(withClusters(cci).replace("namespace: ml", 'namespace: ▸"*"'));
  expect(linesOf(text)).toEqual([
    `${places[0]}: namespace: provider cci lists one namespace at a time, name each of them`,
  ]);
});

test.each([
  ["the same pattern", [entry("ml-*"), entry("ml-*", "▸Job")]],
  ["the same exclusions in another order", [entry('"*", exclude: [a, b]'), entry('"*", exclude: [b, a, b]', "▸Job")]],
])("%s twice is a problem", (_what, entries) => {
  const { text, places } = marked(withNamespaces(entries.join(",\n ")));
  expect(linesOf(text)).toEqual([
    expect.stringMatching(
      `^${places[0]}: Job of namespace .* is watched twice with the same selectors and exclusions, first`,
    ),
  ]);
});

describe("entries that overlap", () => {
  const warningsOf = (entries: readonly string[]) => {
    const clusters = "{ name: prod, kubeconfig: k }, { name: lab, kubeconfig: k }";
    const text = withClusters(clusters).replace(/namespaces: .*/, `namespaces: [${entries.join(", ")}]`);
    return parseConfig(text, "f.yml").warnings.map(formatProblem);
  };
  const on = (cluster: string, keys: string, kinds?: string) => entry(`${keys}, cluster: ${cluster}`, kinds);
  const prod = (keys: string, kinds?: string) => on("prod", keys, kinds);
  const ends = (what: string) => [
    expect.stringMatching(
      `^f\\.yml:3:\\d+: namespace: ${what}: an event there takes a route of each, the first that fits$`,
    ),
  ];

  test.each([
    ["a pattern and a name", ["ml-*", "ml-a"], '"ml-\\*" overlaps with "ml-a"'],
    ["a name and a pattern", ["ml-a", "ml-*"], '"ml-\\*" overlaps with "ml-a"'],
    ["all and names", ['"*"', "a", "b", "c"], '"\\*" overlaps with "a" and 2 more'],
    ["all and a pattern", ['"*"', "ml-*"], '"\\*" overlaps with "ml-\\*"'],
    ["a beginning and an end", ["ml-*", '"*-prod"'], '"ml-\\*" overlaps with "\\*-prod"'],
    ["patterns of which none covers the other", ["ml-*-a", "ml-b*"], '"ml-\\*-a" overlaps with "ml-b\\*"'],
    ["all but another one", ['"*", exclude: [ml]', "nlp"], '"\\*" overlaps with "nlp"'],
    [
      "the same, of which different parts are left out",
      ['"*", exclude: [a]', '"*", exclude: [b]'],
      '"\\*" overlaps with "\\*"',
    ],
    ["a part of which is left out", ["ml-*, exclude: [ml-a]", '"*-a"'], '"ml-\\*" overlaps with "\\*-a"'],
  ])("get a warning: %s", (_what, namespaces, words) => {
    expect(warningsOf(namespaces.map((each) => prod(each)))).toEqual(ends(words));
  });

  test("get a warning by the kinds that they leave to the defaults", () => {
    const routes = "routes: [{ receivers: [chat] }]";
    const entries = `{ namespace: "*", ${routes} }, { namespace: ml, ${routes} }`;
    const text = `${withNamespaces(entries)}defaults: { kinds: [Job] }\n`;
    expect(parseConfig(text, "f.yml").warnings.map(formatProblem)).toEqual(ends('"\\*" overlaps with "ml"'));
  });

  test.each([
    ["names", [prod("ml"), prod("nlp")]],
    ["a pattern and a name that it does not match", [prod("ml-*"), prod("ml")]],
    ["patterns that begin otherwise", [prod("ml-*"), prod("nlp-*")]],
    ["patterns that end otherwise", [prod('"*-prod"'), prod('"*-dev"')]],
    ["what is left out", [prod('"*", exclude: ["ml-*"]'), prod("ml-*"), prod("ml-a", "TFJob")]],
    ["what is left out, the other way round", [prod("ml-*"), prod('"*", exclude: ["ml-*"]')]],
    ["other kinds", [prod("ml-*"), prod("ml-a", "TFJob")]],
    ["other labels", [prod("ml-*, labelSelector: a"), prod("ml-a")]],
    ["other fields", [prod("ml-*, fieldSelector: metadata.name=a"), prod("ml-a")]],
    ["another cluster", [prod("ml-*"), on("lab", "ml-a")]],
  ])("get none where they do not: %s", (_what, entries) => {
    expect(warningsOf(entries)).toEqual([]);
  });
});

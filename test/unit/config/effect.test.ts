import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatProblem, parseConfig } from "#config/config";
import { decide } from "#routing/decide";
import { jobEvent } from "../../support/events.ts";
import { marked } from "./lines.ts";

const HEAD =
  'clusters: [{ name: prod, kubeconfig: k }, { name: lab, kubeconfig: k }]\nreceivers: [{ name: a, webhook: { url: "${env:U}" } }]\n';

const warningsOf = (text: string) => parseConfig(text, "f.yml").warnings.map(formatProblem);
const watch = (keys: string) => `${HEAD}namespaces: [{ namespace: ml, cluster: prod, kinds: [Job, TFJob], ${keys} }]\n`;
const routes = (...entries: readonly string[]) =>
  watch(
    `routes: [\n${entries.map((keys) => `${keys.startsWith("▸") ? "  ▸" : "  "}{ receivers: [a]${keys.replace(/^▸|^(?=.)/, ", ")} },\n`).join("")}  ]`,
  );
const rules = (...entries: readonly string[]) =>
  watch(`routes: [{ receivers: [a] }], rules: [\n${entries.map((each) => `  ${each},\n`).join("")}  ]`);

describe("a route that is never taken gets a warning:", () => {
  test.each([
    [
      "behind one of everything",
      routes("", "▸on: [Failed]"),
      'route 2 is never taken, as route 1 takes all of it: add "continue: true" to route 1',
    ],
    [
      "by their names",
      routes("name: all", "▸name: on-call, on: [Failed]"),
      'route on-call is never taken, as route all takes all of it: add "continue: true" to route all',
    ],
    ["behind one of its events", routes("on: [Failed, Running]", "▸on: [Failed]"), "route 2"],
    [
      "behind several, each of some of its events",
      routes("on: [Failed]", "on: [Running]", "▸on: [Failed, Running]"),
      'route 3 is never taken, as route 1 and route 2 take all of it: add "continue: true" to route 1 and route 2',
    ],
    [
      "behind one of more values",
      routes("match: { labels: { t: [x, y] } }", "▸match: { labels: { t: x, u: z } }"),
      "route 2",
    ],
    ["behind one of a wider pattern", routes('match: { names: ["a*"] }', '▸match: { names: ["ab*", "a"] }'), "route 2"],
    [
      "behind one of any value",
      routes('match: { annotations: { t: "*" } }', "▸match: { annotations: { t: x } }"),
      "route 2",
    ],
    ["behind one of all kinds that are watched", routes("match: { kinds: [TFJob, Job] }", "▸on: [Failed]"), "route 2"],
    [
      "behind one of the namespace, in another cluster's words",
      routes('match: { namespaces: ["m*"], clusters: [prod, lab] }', "▸on: [Failed]"),
      "route 2",
    ],
    [
      "behind one that excludes what it excludes, too",
      routes("exclude: [{ names: [x], kinds: [Job] }]", "▸exclude: [{ names: [x] }]"),
      "route 2",
    ],
    [
      "behind one that excludes other jobs",
      routes("exclude: [{ labels: { t: x } }]", "▸match: { labels: { t: y } }"),
      "route 2",
    ],
    [
      "behind one that excludes kinds that it does not mean",
      routes("exclude: [{ kinds: [Job], names: [x] }]", "▸match: { kinds: [TFJob] }"),
      "route 2",
    ],
    [
      "behind another that is never taken either: the first is what to change",
      routes("", "▸on: [Failed]", "▸on: [Failed]"),
      "route",
    ],
    [
      "in the defaults",
      `${HEAD}defaults: { kinds: [Job], routes: [{ receivers: [a] }, ▸{ on: [Failed], receivers: [a] }] }\nnamespaces: [{ namespace: ml, cluster: prod }]\n`,
      "route 2",
    ],
  ])("%s", (_what, source, message) => {
    const { text, places } = marked(source);
    expect(warningsOf(text)).toEqual(places.map((place) => expect.stringContaining(`f.yml:${place}: ${message}`)));
  });
});

describe("a route that may be taken gets none:", () => {
  test.each([
    ["behind one that continues", routes("continue: true", "on: [Failed]")],
    ["before one of everything", routes("on: [Failed]", "")],
    ["behind one of some of its events", routes("on: [Failed]", "on: [Failed, Running]")],
    ["behind one of some of its values", routes("match: { labels: { t: x } }", "match: { labels: { t: [x, y] } }")],
    ["behind one of another label", routes("match: { labels: { t: x } }", "match: { labels: { u: x } }")],
    [
      "behind one of an annotation like its label",
      routes("match: { annotations: { t: x } }", "match: { labels: { t: x } }"),
    ],
    ["behind one of a narrower pattern", routes('match: { names: ["ab*"] }', 'match: { names: ["a*"] }')],
    ["behind one of a pattern that only meets its own", routes('match: { names: ["a*"] }', 'match: { names: ["*b"] }')],
    ["behind one of one kind of two", routes("match: { kinds: [Job] }", "on: [Failed]")],
    ["behind one of another cluster", routes("match: { clusters: [lab] }", "on: [Failed]")],
    ["behind one that excludes some of its jobs", routes("exclude: [{ names: [x] }]", "on: [Failed]")],
    [
      "behind one that excludes more than it does",
      routes("exclude: [{ names: [x] }]", "exclude: [{ names: [x], kinds: [Job] }]"),
    ],
    ["behind one that excludes what it may mean", routes('exclude: [{ names: ["a*"] }]', 'match: { names: ["*b"] }')],
    [
      "in the defaults, where a namespace would make it so",
      `${HEAD}defaults: { routes: [{ match: { kinds: [Job] }, receivers: [a] }, { receivers: [a] }] }\nnamespaces: [{ namespace: ml, cluster: prod, kinds: [Job] }]\n`,
    ],
  ])("%s", (_what, text) => {
    expect(warningsOf(text)).toEqual([]);
  });
});

describe("a rule that is never used gets a warning:", () => {
  test.each([
    [
      "behind one for all jobs",
      rules("{ pendingFor: 5m }", "▸{ pendingFor: 1h, match: { names: [x] } }"),
      "rule 2 is never used, as rule 1 is for all of its jobs: of several pendingFor the first counts",
    ],
    [
      "behind one for more jobs",
      rules(
        '{ runningFor: 5m, match: { names: ["x*"] } }',
        "{ runningFor: 3d }",
        "▸{ runningFor: 1h, match: { names: [xy] } }",
      ),
      "rule 3 is never used, as rule 1 is",
    ],
  ])("%s", (_what, source, message) => {
    const { text, places } = marked(source);
    expect(warningsOf(text)).toEqual(places.map((place) => expect.stringContaining(`f.yml:${place}: ${message}`)));
  });

  test.each([
    [
      "of another type",
      rules("{ pendingFor: 5m }", "{ suspendedFor: 1h }", "{ restarts: { moreThan: 1, within: 1h } }"),
    ],
    ["before one for all", rules("{ pendingFor: 5m, match: { names: [x] } }", "{ pendingFor: 1h }")],
    [
      "behind one that leaves out its jobs",
      rules("{ pendingFor: 5m, exclude: [{ names: [x] }] }", "{ pendingFor: 1h }"),
    ],
  ])("not one %s", (_what, text) => {
    expect(warningsOf(text)).toEqual([]);
  });
});

describe("a kind that is not watched gets a warning:", () => {
  test.each([
    ["in a route", routes("match: { kinds: [Job, ▸MPIJob] }, continue: true", "")],
    ["in a rule", rules("{ pendingFor: 5m, match: { kinds: [▸MPIJob] } }")],
    [
      "in the defaults, where nobody watches it",
      `${HEAD}defaults: { routes: [{ match: { kinds: [Job, TFJob, ▸MPIJob] }, receivers: [a] }] }\nnamespaces: [{ namespace: ml, cluster: prod, kinds: [Job] }, { namespace: n, cluster: lab, kinds: [TFJob] }]\n`,
    ],
  ])("%s", (_what, source) => {
    const { text, places } = marked(source);
    expect(warningsOf(text)).toEqual([`f.yml:${places[0]}: kinds: no MPIJob is watched here`]);
  });

  test("in a route of an entry that leaves its kinds to the defaults, and of those no others", () => {
    const entry = "{ namespace: ml, cluster: prod, routes: [{ match: { kinds: [Job, ▸MPIJob] }, receivers: [a] }] }";
    const { text, places } = marked(`${HEAD}defaults: { kinds: [Job] }\nnamespaces: [${entry}]\n`);
    expect(warningsOf(text)).toEqual([`f.yml:${places[0]}: kinds: no MPIJob is watched here`]);
  });

  test("not in an exclusion, which may be of more", () => {
    expect(warningsOf(routes("exclude: [{ kinds: [MPIJob] }]"))).toEqual([]);
  });
});

test("explanations that have nobody to tell get none", () => {
  expect(warningsOf(watch("explain: true, routes: [{ on: [Created], receivers: [] }]"))).toEqual([]);
});

const word = fc.constantFrom("a", "ab", "b", "ba");
const pattern = fc.constantFrom("a", "b", "ab", "a*", "*b", "*", "a*b");
const patterns = fc.uniqueArray(pattern, { minLength: 1, maxLength: 2 });
const kinds = fc.subarray(["Job", "TFJob"], { minLength: 1 });
const labels = fc.dictionary(fc.constantFrom("x", "y"), patterns, { minKeys: 1 });
const namespaces = fc.constantFrom(["ml"], ["m*"], ["n"]);
const one = fc.oneof(...[fc.record({ names: patterns }), fc.record({ kinds }), fc.record({ labels })]);
const match = fc.oneof(
  fc.constant({}),
  one,
  fc.record({ names: patterns, kinds, labels, namespaces }, { requiredKeys: [] }),
);
const route = fc
  .record({
    on: fc.subarray(["Failed", "Running"], { minLength: 1 }),
    match,
    exclude: fc.option(fc.array(one, { minLength: 1, maxLength: 2 }), { freq: 2, nil: undefined }),
    continue: fc.constantFrom(true, undefined, undefined, undefined),
  })
  .map((keys) => ({ ...keys, receivers: ["a"] }));
const job = fc.record({
  event: fc.constantFrom("Failed", "Running"),
  kind: fc.constantFrom("Job", "TFJob"),
  name: word,
  labels: fc.dictionary(fc.constantFrom("x", "y"), word),
});

test("whatever the routes, no job takes one of which it is said that none does", () => {
  let warned = 0;
  fc.assert(
    fc.property(fc.array(route, { minLength: 2, maxLength: 4 }), fc.array(job, { minLength: 20 }), (given, jobs) => {
      const named = given.map((each, index) => ({ ...each, name: `r${index}` }));
      const config = parseConfig(watch(`routes: ${JSON.stringify(named)}`), "f.yml");
      const dead = config.warnings.flatMap(
        ({ message }) => /^route (r\d) is never taken/.exec(message)?.slice(1) ?? [],
      );
      warned += dead.length;
      const policy = config.namespaces[0]!;
      const own = policy.routes.map((each) => ({ ...each, receivers: [each.name!] }));
      for (const each of jobs) {
        const { verdicts } = decide(jobEvent({ ...each, namespace: "ml", cluster: "prod" }), { routes: own }, [], 0);
        expect(verdicts.filter(({ receiver }) => dead.includes(receiver))).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
  expect(warned).toBeGreaterThan(20);
});

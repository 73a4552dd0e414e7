import { expect, test } from "vitest";
import type { Match } from "#jobs/match";
import { limitsOf } from "#rules/limits";
import type { Rule } from "#rules/rule";

const JOB = {
  ...{ cluster: "prod", namespace: "ml", kind: "TFJob", name: "mnist-7" },
  labels: { tier: "prod", team: "vision" },
  annotations: { "example.com/owner": "mira" },
};

const pending = (seconds: number, match?: Match, exclude?: readonly Match[]): Rule => ({
  ...{ type: "pendingFor", seconds },
  ...(match && { match }),
  ...(exclude && { exclude }),
});
const RESTARTS: Rule = { type: "restarts", moreThan: 3, withinSeconds: 600 };

test.each<[string, readonly Rule[], readonly (number | string)[]]>([
  ["there is no rule", [], []],
  ["a rule without a match means every job", [pending(60)], [60]],
  ["the label fits", [pending(60, { labels: { tier: ["prod"] } })], [60]],
  ["the label does not fit", [pending(60, { labels: { tier: ["test"] } })], []],
  ["the label is excluded", [pending(60, {}, [{ labels: { tier: ["prod"] } }])], []],
  ["another label is excluded", [pending(60, {}, [{ labels: { tier: ["test"] } }])], [60]],
  ["of two of one type the first that means it counts", [pending(60), pending(600)], [60]],
  ["the first of its type means others", [pending(60, { names: ["bert-*"] }), pending(600)], [600]],
  ["the narrower one stands behind", [pending(600), pending(60, { names: ["mnist-*"] })], [600]],
  ["one of each type counts", [RESTARTS, pending(60), RESTARTS], ["restarts", 60]],
  [
    "a kind, a namespace and a cluster fit",
    [pending(60, { kinds: ["TFJob"], namespaces: ["m*"], clusters: ["prod"] })],
    [60],
  ],
  ["an annotation fits", [pending(60, { annotations: { "example.com/owner": ["m*"] } })], [60]],
  ["an annotation is lacking", [pending(60, { annotations: { "example.com/team": ["*"] } })], []],
])("%s", (_, rules, expected) => {
  const found = limitsOf(rules, JOB).map((limit) => (limit.type === "restarts" ? limit.type : limit.seconds));
  expect(found).toEqual(expected);
});

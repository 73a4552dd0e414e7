import { expect, test } from "vitest";
import { formatProblem, parseConfig } from "#config/config";

const warningsOf = (routes: string) =>
  parseConfig(
    `clusters: [{ name: prod, kubeconfig: k }]
receivers: [{ name: on-call, pagerduty: { routingKey: "\${env:KEY}" } }, { name: hook, webhook: { url: "\${env:URL}" } }]
namespaces: [{ namespace: ml, kinds: [Job], routes: [${routes}] }]
`,
    "f.yml",
  ).warnings.map(formatProblem);

test("alerts that nothing closes get a warning", () => {
  expect(warningsOf("{ on: [Failed], receivers: [on-call] }, { receivers: [hook] }")).toEqual([
    'f.yml:2:21: name: alerts of "on-call" are never closed: route Running and Succeeded to it, too',
  ]);
});

test.each([
  ["all events", "{ receivers: [on-call] }"],
  ["what ends them", "{ on: [Failed, Succeeded], receivers: [on-call] }"],
  [
    "what ends them, by another route",
    "{ on: [Failed], receivers: [on-call] }, { on: [Running], receivers: [on-call, hook] }",
  ],
  ["no failures", "{ on: [Succeeded], receivers: [on-call] }"],
  ["nothing", "{ receivers: [hook] }"],
])("alerts that get %s get none", (_, routes) => {
  expect(warningsOf(routes)).toEqual([]);
});

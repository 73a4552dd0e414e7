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

test.each([
  ["failures alone", "{ on: [Failed], receivers: [on-call] }, { receivers: [hook] }"],
  ["failures, and what ends the alerts of rules", "{ on: [Failed, Recovered], receivers: [on-call] }"],
  ["what is stalled alone", "{ on: [Stalled], receivers: [on-call] }"],
  ["what is overdue, and Running, which does not end that", "{ on: [Overdue, Running], receivers: [on-call] }"],
  ["what restarts all the time alone", "{ on: [Flapping], receivers: [on-call] }"],
])("alerts that nothing closes get a warning: %s", (_, routes) => {
  expect(warningsOf(routes)).toEqual([
    'f.yml:2:21: name: alerts of "on-call" are never closed: route Running, Succeeded and Recovered to it, too',
  ]);
});

test("alerts by routes that namespaces leave to the defaults are looked at, too", () => {
  const text = (routes: string) => `clusters: [{ name: prod, kubeconfig: k }]
receivers: [{ name: on-call, pagerduty: { routingKey: "\${env:KEY}" } }]
defaults: { kinds: [Job], routes: [${routes}] }
namespaces: [{ namespace: ml }]
`;
  const found = (routes: string) => parseConfig(text(routes), "f.yml").warnings.map(formatProblem);
  expect(found("{ on: [Failed], receivers: [on-call] }")).toEqual([
    'f.yml:2:21: name: alerts of "on-call" are never closed: route Running, Succeeded and Recovered to it, too',
  ]);
  expect(found("{ receivers: [on-call] }")).toEqual([]);
});

test.each([
  ["all events", "{ receivers: [on-call] }"],
  ["what ends them", "{ on: [Failed, Succeeded], receivers: [on-call] }"],
  [
    "what ends them, by another route",
    "{ on: [Failed], receivers: [on-call] }, { on: [Running], receivers: [on-call, hook] }",
  ],
  ["what is stalled, and Running", "{ on: [Stalled, Running], receivers: [on-call] }"],
  ["what is overdue, and what says that it is over", "{ on: [Overdue, Recovered], receivers: [on-call] }"],
  ["no failures", "{ on: [Succeeded], receivers: [on-call] }"],
  ["nothing", "{ receivers: [hook] }"],
])("alerts that get %s get none", (_, routes) => {
  expect(warningsOf(routes)).toEqual([]);
});

test("a pager from which a job may keep its failures gets a warning, wherever that is allowed", () => {
  const text = (defaults: string, own: string) => `clusters: [{ name: prod, kubeconfig: k }]
receivers: [{ name: on-call, pagerduty: { routingKey: "\${env:KEY}" } }, { name: hook, webhook: { url: "\${env:URL}" } }]
defaults: { kinds: [Job], routes: [{ receivers: [on-call] }]${defaults} }
namespaces: [{ namespace: ml${own} }]
`;
  const found = (defaults: string, own: string) =>
    parseConfig(text(defaults, own), "f.yml").warnings.map(formatProblem);
  const message = 'notify: a job can keep its failures from "on-call", which pages: leave it to the routes';
  expect(found(", annotations: { notify: [hook, on-call] }", "")).toEqual([`f.yml:3:93: ${message}`]);
  expect(found("", ", annotations: { notify: [on-call] }")).toEqual([`f.yml:4:55: ${message}`]);
  expect(found("", ", annotations: { notify: [hook], mute: true }")).toEqual([]);
});

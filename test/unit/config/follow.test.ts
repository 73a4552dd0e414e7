import { describe, expect, it, test } from "vitest";
import { compileConfig, readCompiledConfig } from "#config/compiled";
import { parseConfig } from "#config/config";
import { watchesOf } from "#wiring";
import { linesOf, marked, withNamespaces } from "./lines.ts";

const FILE = "/etc/jobbell/jobbell.yml";
const CLUSTERS = {
  kubernetes: "{ name: c, kubeconfig: k }",
  cci: "{ name: c, region: cn-north-4, provider: cci, auth: { token: t } }",
};

const fileOf = (keys: string, cluster: keyof typeof CLUSTERS = "kubernetes") => `clusters: [${CLUSTERS[cluster]}]
receivers: [{ name: chat, slack: { webhookUrl: "\${env:S}" } }]
namespaces: [{ namespace: ml, kinds: [Job], routes: [{ receivers: [chat] }], ${keys} }]
`;

const followOf = (text: string) => watchesOf(parseConfig(text, FILE))[0]?.follow;

describe("what a namespace says of watching", () => {
  test.each([
    ["nothing", fileOf(""), { resyncMs: 3_600_000 }],
    ["how often to list", fileOf("resync: 30m"), { resyncMs: 1_800_000 }],
    ["how long to hold", fileOf("hold: 50s"), { resyncMs: 3_600_000, holdMs: 50_000 }],
    ["not to", fileOf("watch: false"), undefined],
    ["nothing, of an API that has no watch", fileOf("", "cci"), undefined],
    [
      "to, of an API that should have none",
      fileOf("watch: true, hold: 9s", "cci"),
      { resyncMs: 3_600_000, holdMs: 9000 },
    ],
  ])("%s, is what its watches do", (_what, text, follow) => {
    expect(followOf(text)).toEqual(follow);
  });

  it("is the same in a function's package", () => {
    const config = parseConfig(fileOf("resync: 2h, hold: 50s"), FILE);
    const packaged = readCompiledConfig(compileConfig(config, "/etc/jobbell"));
    expect(watchesOf(packaged)[0]?.follow).toEqual({ resyncMs: 7_200_000, holdMs: 50_000 });
  });
});

const watch = (keys: string) =>
  withNamespaces(`{ namespace: ml, kinds: [Job], routes: [{ receivers: [chat] }], ${keys} }`);

test.each([
  ["watch: ▸no", "watch: must be true or false"],
  ["resync: ▸30s", "resync: must be from 1m to 24h"],
  ["resync: ▸25h", "resync: must be from 1m to 24h"],
  ["resync: ▸hourly", "resync: must be a duration such as 30m, 1h or 1h30m"],
  ["hold: ▸56s", "hold: must be from 1s to 55s"],
  ["hold: ▸0s", "hold: must be from 1s to 55s"],
  ["hold: ▸50", "hold: must be text: put it in quotes"],
  ["watch: false, hold: ▸50s", "hold: needs watch: true"],
])("%s is refused where it stands", (keys, message) => {
  const { text, places } = marked(watch(keys));
  expect(linesOf(text)).toEqual(places.map((place) => `${place}: ${message}`));
});

test("hold is refused where the API has no watch", () => {
  const message = "hold: provider cci tells no changes that could be held";
  expect(linesOf(fileOf("hold: 50s", "cci"))).toEqual([expect.stringMatching(`${message}$`)]);
});

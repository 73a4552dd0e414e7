import { describe, expect, test } from "vitest";
import { compileConfig, readCompiledConfig } from "#config/compiled";
import { parseConfig } from "#config/config";
import { EVENT_TYPES } from "#jobs/event";
import { kindNamed } from "#jobs/kinds/registry";
import { watchesOf } from "#wiring";
import { linesOf, marked } from "./lines.ts";

const FILE = "/etc/jobbell/jobbell.yml";

const fileOf = (defaults: string, ...entries: readonly string[]) => `
clusters: [{ name: prod, kubeconfig: k }]
receivers:
  - { name: chat, slack: { webhookUrl: "\${env:S}" } }
  - { name: bot, slack: { token: "\${env:B}", channel: "#ml" } }
  - { name: hook, webhook: { url: "\${env:U}" } }
defaults: { ${defaults} }
namespaces: [${entries.map((keys, index) => `{ namespace: n${index}, ${keys} }`).join(", ")}]
`;

const namespacesOf = (text: string) => parseConfig(text, FILE).namespaces;

describe("what an entry does not say", () => {
  const ALL = `kinds: [TFJob], pageSize: 9, timeoutSeconds: 8, firstTick: announce, resync: 2h, hold: 7s,
  routes: [{ on: [Failed], receivers: [chat] }], rules: [{ pendingFor: 1h }], annotations: { mute: true }, explain: true`;
  const said = {
    cluster: "prod",
    kinds: [kindNamed("TFJob")],
    pageSize: 9,
    timeoutSeconds: 8,
    firstTick: "announce",
    follow: { resyncMs: 7_200_000, holdMs: 7_000 },
    routes: [{ on: ["Failed"], receivers: ["chat"] }],
    rules: [{ type: "pendingFor", seconds: 3600 }],
    honours: { mute: true },
    annotations: ["jobbell.dev/mute"],
    explain: true,
  };

  test("the defaults say for it", () => {
    expect(namespacesOf(fileOf(ALL, "cluster: prod", "cluster: prod"))).toEqual([
      { namespace: "n0", ...said },
      { namespace: "n1", ...said },
    ]);
  });

  test("is what it says itself, key by key: nothing is joined", () => {
    const own = `kinds: [Job], routes: [{ receivers: [hook] }], rules: [], annotations: { notify: [hook] }, explain: false, hold: 9s`;
    expect(namespacesOf(fileOf(ALL, own))).toEqual([
      {
        namespace: "n0",
        cluster: "prod",
        kinds: [kindNamed("Job")],
        pageSize: 9,
        timeoutSeconds: 8,
        firstTick: "announce",
        follow: { resyncMs: 7_200_000, holdMs: 9_000 },
        routes: [{ on: EVENT_TYPES, receivers: ["hook"] }],
        honours: { notify: ["hook"] },
        annotations: ["jobbell.dev/notify"],
      },
    ]);
  });

  test("may be said by nobody, but kinds and routes", () => {
    expect(linesOf(fileOf("pageSize: 9", "kinds: [Job]", "routes: [{ receivers: [chat] }]"))).toEqual([
      '8:14: missing key "routes"',
      '8:47: missing key "kinds"',
    ]);
  });

  test("of a hold is nothing where nothing can be held: it was said for those that can", () => {
    const text = fileOf("hold: 9s", "kinds: [Job], watch: false, routes: [{ receivers: [chat] }]");
    expect(namespacesOf(text)[0]).not.toHaveProperty("follow");
  });
});

describe("what jobs are asked for", () => {
  const asked = (keys: string) =>
    watchesOf(parseConfig(fileOf("kinds: [Job]", keys), FILE)).map(({ annotations, honours }) => ({
      annotations,
      honours,
    }));
  const ROUTES = "routes: [{ receivers: [chat] }]";

  test("are no annotations where nothing needs any", () => {
    expect(asked(`${ROUTES}, rules: [{ pendingFor: 1h, match: { labels: { a: b } } }]`)).toEqual([{}]);
  });

  test("are those of matches, exclusions, rules and of what is honoured, each once", () => {
    const routes = `routes: [{ match: { annotations: { b: x } }, exclude: [{ annotations: { a: x, b: y } }], receivers: [chat] }]`;
    const rules = "rules: [{ runningFor: 1h, match: { annotations: { d: x } }, exclude: [{ annotations: { c: x } }] }]";
    const annotations = 'annotations: { notify: [chat], channel: ["#ml-*"], mute: true }';
    expect(asked(`${routes}, ${rules}, ${annotations}`)).toEqual([
      {
        annotations: ["a", "b", "c", "d", "jobbell.dev/channel", "jobbell.dev/mute", "jobbell.dev/notify"],
        honours: { notify: ["chat"], channel: { patterns: ["#ml-*"], receivers: ["bot"] }, mute: true },
      },
    ]);
  });
});

test("routes and rules say everything that was written, in a function's package, too", () => {
  const keys = `kinds: [Job], routes: [{
    name: all, on: [Failed, Stalled], receivers: [], continue: true,
    match: { clusters: [prod], namespaces: [n0, "n*"], kinds: [Job], names: ["a*"], labels: { l: "1", m: [x, "*"] }, annotations: { "jobbell.dev/mute": "" } },
    exclude: [{ names: [ab] }, { labels: { constructor: "2" } }] }],
  rules: [{ suspendedFor: 1d }, { runningFor: 1h30m, match: { names: [x] } }, { restarts: { moreThan: 50, within: 7d }, exclude: [{ kinds: [Job] }] }]`;
  const config = parseConfig(fileOf("pageSize: 9", keys), FILE);
  const packaged = readCompiledConfig(compileConfig(config, "/etc/jobbell"));
  for (const { namespaces } of [config, packaged])
    expect(namespaces[0]).toMatchObject({
      annotations: ["jobbell.dev/mute"],
      routes: [
        {
          name: "all",
          on: ["Failed", "Stalled"],
          receivers: [],
          continue: true,
          match: {
            clusters: ["prod"],
            namespaces: ["n0", "n*"],
            kinds: ["Job"],
            names: ["a*"],
            labels: { l: ["1"], m: ["x", "*"] },
            annotations: { "jobbell.dev/mute": [""] },
          },
          exclude: [{ names: ["ab"] }, { labels: { constructor: ["2"] } }],
        },
      ],
      rules: [
        { type: "suspendedFor", seconds: 86_400 },
        { type: "runningFor", seconds: 5400, match: { names: ["x"] } },
        { type: "restarts", moreThan: 50, withinSeconds: 604_800, exclude: [{ kinds: ["Job"] }] },
      ],
    });
});

test("a channel is not said to need a bot where there are no receivers at all", () => {
  const text = fileOf('kinds: [Job], annotations: { channel: ["#ml"] }', "routes: [{ receivers: [] }]");
  expect(linesOf(text.replace(/receivers:\n( {2}- .*\n)+/, "receivers: []\n"))).toEqual([
    "3:12: receivers: must have at least one entry",
  ]);
});

test("clusters in a match may be patterns", () => {
  const match = 'match: { clusters: ["pr*"] }, exclude: [{ clusters: ["*d"] }]';
  expect(linesOf(fileOf("kinds: [Job]", `routes: [{ receivers: [chat], ${match} }]`))).toEqual([]);
});

test.each(["a b", "-a", "a/b/c", "A.b/c", "a/", `${"a".repeat(64)}`, ""])("%j is no key of a label", (key) => {
  const routes = `routes: [{ receivers: [chat], match: { labels: { a: b, ▸"${key}": x } } }]`;
  const { text, places } = marked(fileOf("kinds: [Job]", routes));
  expect(linesOf(text)).toEqual([`${places[0]}: must be a key of Kubernetes, such as team or example.com/team`]);
});

test("annotations that templates and links name are read of the jobs", () => {
  const file = fileOf("kinds: [Job], routes: [{ receivers: [chat] }]", "pageSize: 5").replace(
    "receivers:",
    'messages: { links: [{ title: Run, url: "https://runs.example.com/{{annotations.example.com/run}}" }], templates: [{ text: "{{annotations.owner}} {{labels.team}}" }] }\nreceivers:',
  );
  expect(parseConfig(file, FILE).namespaces[0]?.annotations).toEqual(["example.com/run", "owner"]);
});

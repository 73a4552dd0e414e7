import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Config, parseConfig } from "#config/config";
import { EVENT_TYPES } from "#jobs/event";
import { kindNamed } from "#jobs/kinds/registry";

const FILE = "/etc/jobbell/jobbell.yml";

const FULL = `
clusters:
  - name: prod
    server: https://203.0.113.10:6443/base
    auth: { token: "\${env:TOKEN}" }
    tls: { ca: "\${file:ca.crt}", serverName: kubernetes }
  - name: staging
    server: http://127.0.0.1:8080
    auth: { tokenFile: token }
  - name: lab
    server: https://lab
    auth: { clientCertificate: "\${file:a}", clientKey: "\${file:b}" }
  - name: laptop
    kubeconfig: ~/.kube/config
    context: kind
receivers:
  - name: chat
    slack: { webhookUrl: "\${env:SLACK}" }
  - name: hook
    webhook: { url: http://hooks.internal/jobs, allowInsecure: true, secret: "\${env:HOOK}" }
  - name: rotating
    webhook: { url: "https://\${env:HOST}/x", secret: ["\${env:NEW}", "\${env:OLD}"] }
  - name: open
    webhook: { url: "https://hooks.example.com", allowPrivate: true, format: cloudevents }
  - name: bot
    slack: { token: "\${env:BOT}", channel: C0123456789 }
  - name: pager
    pagerduty: { routingKey: "\${env:KEY}" }
  - name: teams
    teams: { webhookUrl: "\${env:TEAMS}", digestAbove: 1 }
  - name: discord
    discord: { webhookUrl: "\${env:DISCORD}" }
  - name: topic
    sns: { topicArn: "arn:aws:sns:eu-central-1:123456789012:jobs.fifo" }
  - name: bus
    eventbridge: { bus: default }
namespaces:
  - namespace: ml
    cluster: prod
    kinds: [TFJob, Job]
    labelSelector: team=vision
    fieldSelector: metadata.name!=x
    pageSize: 5000
    timeoutSeconds: 20
    resourceVersion: "0"
    firstTick: announce
    routes:
      - on: [Failed, Created]
        match: { labels: { tier: prod } }
        receivers: [chat, hook]
      - receivers: [open]
        match: {}
interval: 1m30s
state: state/jobs.db
`;

const LEAST = `
clusters: [{ name: c, kubeconfig: kube/config }]
receivers: [{ name: r, slack: { webhookUrl: "\${env:S}" } }]
namespaces: [{ namespace: ml, kinds: [Job], routes: [{ receivers: [r] }] }]
`;

/** The configuration with each reference as its text alone. */
function withoutPlaces({ clusters, receivers }: Config): unknown {
  return JSON.parse(JSON.stringify({ clusters, receivers }), (_, value) => value?.text ?? value);
}

describe("a configuration", () => {
  const full = parseConfig(FULL, FILE);

  it("says in one of three ways who Jobbell is for a server, or leaves it to a kubeconfig", () => {
    expect(withoutPlaces(full)).toMatchObject({
      clusters: [
        {
          name: "prod",
          from: "server",
          server: "https://203.0.113.10:6443/base",
          auth: { type: "token", token: "${env:TOKEN}" },
          tls: { ca: "${file:ca.crt}", serverName: "kubernetes" },
        },
        { name: "staging", from: "server", auth: { type: "tokenFile", path: "token" }, tls: {} },
        { name: "lab", auth: { type: "clientCertificate", certificate: "${file:a}", key: "${file:b}" } },
        { name: "laptop", from: "kubeconfig", path: join(homedir(), ".kube/config"), context: "kind" },
      ],
    });
  });

  it("gives each receiver what was said, and a webhook none, one or several secrets", () => {
    expect(withoutPlaces(full)).toMatchObject({
      receivers: [
        { name: "chat", type: "slack", webhookUrl: "${env:SLACK}", digestAbove: 20 },
        { name: "hook", type: "webhook", url: "http://hooks.internal/jobs", secrets: ["${env:HOOK}"] },
        { name: "rotating", type: "webhook", secrets: ["${env:NEW}", "${env:OLD}"] },
        { name: "open", type: "webhook", secrets: [], allowPrivate: true, format: "cloudevents" },
        {
          name: "bot",
          type: "slackBot",
          token: "${env:BOT}",
          channel: "C0123456789",
          style: "thread",
          digestAbove: 20,
        },
        { name: "pager", type: "pagerduty", routingKey: "${env:KEY}", severity: "error", region: "us" },
        { name: "teams", type: "teams", webhookUrl: "${env:TEAMS}", digestAbove: 1 },
        { name: "discord", type: "discord", webhookUrl: "${env:DISCORD}", digestAbove: 20 },
        { name: "topic", type: "sns", topicArn: "arn:aws:sns:eu-central-1:123456789012:jobs.fifo" },
        { name: "bus", type: "eventbridge", bus: "default" },
      ],
    });
  });

  it("keeps every setting of a namespace, its kinds and routes in the order of the file", () => {
    expect(full.namespaces).toEqual([
      {
        namespace: "ml",
        cluster: "prod",
        kinds: [kindNamed("TFJob"), kindNamed("Job")],
        labelSelector: "team=vision",
        fieldSelector: "metadata.name!=x",
        pageSize: 5000,
        timeoutSeconds: 20,
        resourceVersion: "0",
        firstTick: "announce",
        follow: { resyncMs: 3_600_000 },
        routes: [
          { on: ["Failed", "Created"], match: { labels: { tier: ["prod"] } }, receivers: ["chat", "hook"] },
          { on: EVENT_TYPES, match: {}, receivers: ["open"] },
        ],
      },
    ]);
    expect(full).toMatchObject({
      intervalMs: 90_000,
      statePath: "/etc/jobbell/state/jobs.db",
      directory: "/etc/jobbell",
    });
  });

  it("fills in what was left out, and puts relative paths beside the file", () => {
    const least = parseConfig(LEAST, FILE);
    expect(least.clusters).toEqual([
      { name: "c", from: "kubeconfig", path: "/etc/jobbell/kube/config", at: { file: FILE, line: 2, column: 35 } },
    ]);
    expect(least.namespaces).toEqual([
      {
        namespace: "ml",
        cluster: "c",
        kinds: [kindNamed("Job")],
        pageSize: 500,
        firstTick: "silent",
        follow: { resyncMs: 3_600_000 },
        routes: [{ on: EVENT_TYPES, receivers: ["r"] }],
      },
    ]);
    expect(least).toMatchObject({ intervalMs: 30_000, statePath: "/etc/jobbell/jobbell.db", warnings: [] });
  });

  it("knows where each reference was written", () => {
    const [prod] = full.clusters;
    const [, , rotating] = full.receivers;
    expect(prod).toMatchObject({ auth: { token: { at: { file: FILE, line: 5, column: 20 } } } });
    expect(rotating).toMatchObject({ secrets: [{ at: { line: 22, column: 55 } }, { at: { line: 22, column: 69 } }] });
  });

  it("may keep its state in memory", () => {
    expect(parseConfig(`${LEAST}state: ":memory:"`, FILE).statePath).toBe(":memory:");
  });

  it("may say what repeats once, with an anchor and aliases", () => {
    const text = `
clusters: [{ name: c, kubeconfig: k }]
receivers: [{ name: r, slack: { webhookUrl: &url "\${env:S}" } }, { name: s, slack: { webhookUrl: *url } }]
namespaces:
  - { namespace: a, kinds: &kinds [Job, TFJob], routes: &routes [{ receivers: [r] }] }
${Array.from({ length: 300 }, (_, index) => `  - { namespace: n${index}, kinds: *kinds, routes: *routes }`).join("\n")}
`;
    const config = parseConfig(text, FILE);
    expect(config.namespaces).toHaveLength(301);
    expect(config.namespaces[300]).toEqual({ ...config.namespaces[0], namespace: "n299" });
    expect(config.receivers[1]).toMatchObject({ webhookUrl: { text: "${env:S}", at: { line: 3, column: 50 } } });
  });

  it.each([
    [
      "the same kind with other selectors",
      "{ namespace: ml, kinds: [Job], labelSelector: a=b, routes: [{ receivers: [r] }] }",
    ],
    [
      "the same kind with another field selector",
      "{ namespace: ml, kinds: [Job], fieldSelector: a=b, routes: [{ receivers: [r] }] }",
    ],
    ["the same kind in another namespace", "{ namespace: nlp, kinds: [Job], routes: [{ receivers: [r] }] }"],
    ["another kind in the same namespace", "{ namespace: ml, kinds: [TFJob], routes: [{ receivers: [r] }] }"],
  ])("may watch %s", (_, entry) => {
    expect(parseConfig(LEAST.replace("namespaces: [", `namespaces: [${entry}, `), FILE).namespaces).toHaveLength(2);
  });
});

describe("warnings", () => {
  it("point to each secret that stands in the file, in the order of the file, and do not quote it", () => {
    const text = FULL.replace("${env:TOKEN}", "s3cret-token")
      .replace("${file:b}", "-----BEGIN KEY-----s3cret")
      .replace("${env:SLACK}", "https://hooks.slack.com/s3cret")
      .replace("${env:NEW}", "whsec_s3cretGKYqrTwjUPD8ILPZIo2LaLaSwX");
    const advice =
      "this secret stands in the file, use ${env:NAME}, ${file:path}, ${ssm:/name} or ${secretsmanager:name}";
    expect(parseConfig(text, "f.yml").warnings).toEqual([
      { file: "f.yml", line: 5, column: 20, message: `token: ${advice}` },
      { file: "f.yml", line: 12, column: 56, message: `clientKey: ${advice}` },
      { file: "f.yml", line: 18, column: 26, message: `webhookUrl: ${advice}` },
      { file: "f.yml", line: 22, column: 55, message: `secret: ${advice}` },
    ]);
  });
});

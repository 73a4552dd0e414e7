import { describe, expect, it } from "vitest";
import { ConfigError, parseConfig } from "#config/config";
import type { Sources } from "#config/references";
import { resolveConfigFrom } from "#config/resolve";

const PEM = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----";
const WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const TEXT = `clusters:
  - name: token
    server: https://\${env:HOST}:6443
    auth: { token: "\${env:TOKEN}" }
    tls: { ca: "\${env:CA}", serverName: kubernetes }
  - name: file
    server: http://localhost:8001
    auth: { tokenFile: "\${env:DIR}/token" }
  - name: certificate
    server: http://[::1]:8001
    auth: { clientCertificate: "\${env:CRT}", clientKey: "\${env:KEY}" }
  - { name: laptop, kubeconfig: k }
receivers:
  - name: chat
    slack: { webhookUrl: "\${env:SLACK}" }
  - name: hook
    webhook: { url: "\${env:URL}", allowInsecure: true, secret: ["\${env:NEW}", ${WHSEC}] }
  - name: bot
    slack: { token: "\${env:BOT}", channel: "#\${env:CHANNEL}", style: update, digestAbove: 5 }
  - { name: teams, teams: { webhookUrl: "\${env:SLACK}", allowPrivate: true } }
  - { name: discord, discord: { webhookUrl: "\${env:SLACK}" } }
  - { name: pager, pagerduty: { routingKey: "\${env:KEY32}", severity: critical, region: eu } }
  - { name: topic, sns: { topicArn: "arn:aws:sns:eu-central-1:123456789012:jobs" } }
  - { name: bus, eventbridge: { bus: jobs, region: eu-west-1 } }
namespaces:
  - { namespace: ml, cluster: token, kinds: [Job], routes: [{ receivers: [chat] }] }
`;

const VALUES = {
  HOST: "api.example.com",
  TOKEN: "abc.def",
  CA: PEM,
  DIR: "secrets",
  CRT: PEM,
  KEY: PEM,
  SLACK: "https://hooks.slack.com/services/x",
  URL: "http://hooks.internal/x?y=z",
  NEW: WHSEC,
  BOT: "xoxb-1-abc",
  CHANNEL: "ml",
  KEY32: "0123456789abcdef0123456789ABCDEF",
};

/** Environment variables from a map; every other source is empty. */
function environment(values: Readonly<Record<string, string>>): Sources {
  const none = async () => ({ complaint: "is missing" });
  const env = async (name: string) => (values[name] === undefined ? none() : { value: values[name] });
  return { env, file: none, ssm: none, secretsmanager: none };
}

async function resolutionOf(values: Readonly<Record<string, string>>): Promise<readonly string[]> {
  try {
    await resolveConfigFrom(environment(values), parseConfig(TEXT, "f.yml"));
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.format().split("\n");
  }
}

describe("resolving a configuration", () => {
  it("puts a value in the place of every reference", async () => {
    const config = parseConfig(TEXT, "/etc/jobbell.yml");
    const { clusters, receivers, ...rest } = await resolveConfigFrom(environment(VALUES), config);
    const { clusters: _, receivers: __, ...before } = config;
    expect(clusters).toEqual([
      {
        name: "token",
        from: "server",
        server: "https://api.example.com:6443",
        auth: { type: "token", token: "abc.def" },
        tls: { ca: PEM, serverName: "kubernetes" },
      },
      {
        name: "file",
        from: "server",
        server: "http://localhost:8001",
        auth: { type: "tokenFile", path: "/etc/secrets/token" },
        tls: {},
      },
      {
        name: "certificate",
        from: "server",
        server: "http://[::1]:8001",
        auth: { type: "clientCertificate", certificate: PEM, key: PEM },
        tls: {},
      },
      { name: "laptop", from: "kubeconfig", path: "/etc/k", at: { file: "/etc/jobbell.yml", line: 12, column: 33 } },
    ]);
    expect(receivers).toEqual([
      { name: "chat", type: "slack", webhookUrl: VALUES.SLACK, digestAbove: 20 },
      {
        name: "hook",
        type: "webhook",
        url: VALUES.URL,
        allowInsecure: true,
        secrets: [WHSEC, WHSEC],
        format: "standard",
      },
      { name: "bot", type: "slackBot", token: VALUES.BOT, channel: "#ml", style: "update", digestAbove: 5 },
      { name: "teams", type: "teams", webhookUrl: VALUES.SLACK, digestAbove: 20, allowPrivate: true },
      { name: "discord", type: "discord", webhookUrl: VALUES.SLACK, digestAbove: 20 },
      { name: "pager", type: "pagerduty", routingKey: VALUES.KEY32, severity: "critical", region: "eu" },
      { name: "topic", type: "sns", topicArn: "arn:aws:sns:eu-central-1:123456789012:jobs" },
      { name: "bus", type: "eventbridge", bus: "jobs", region: "eu-west-1" },
    ]);
    expect(rest).toEqual(before);
  });

  it("says of every reference without a value where it stands, in the order of the file", async () => {
    expect(await resolutionOf({})).toEqual([
      "f.yml:3:13: server: ${env:HOST}: is missing",
      "f.yml:4:20: token: ${env:TOKEN}: is missing",
      "f.yml:5:16: ca: ${env:CA}: is missing",
      "f.yml:8:24: tokenFile: ${env:DIR}: is missing",
      "f.yml:11:32: clientCertificate: ${env:CRT}: is missing",
      "f.yml:11:57: clientKey: ${env:KEY}: is missing",
      "f.yml:15:26: webhookUrl: ${env:SLACK}: is missing",
      "f.yml:17:21: url: ${env:URL}: is missing",
      "f.yml:17:65: secret: ${env:NEW}: is missing",
      "f.yml:19:21: token: ${env:BOT}: is missing",
      "f.yml:19:44: channel: ${env:CHANNEL}: is missing",
      "f.yml:20:41: webhookUrl: ${env:SLACK}: is missing",
      "f.yml:21:45: webhookUrl: ${env:SLACK}: is missing",
      "f.yml:22:45: routingKey: ${env:KEY32}: is missing",
    ]);
  });

  it.each([
    ["HOST", "s3cret host", "f.yml:3:13: server: must be an address that starts with https://"],
    ["TOKEN", "s3cret\n", "f.yml:4:20: token: must be one word without spaces or line breaks"],
    ["CA", "./s3cret", "f.yml:5:16: ca: must be PEM text: to read it from a file write ${file:path}"],
    ["KEY", "s3cret", "f.yml:11:57: clientKey: must be PEM text: to read it from a file write ${file:path}"],
    [
      "SLACK",
      "http://s3cret",
      "f.yml:15:26: webhookUrl: must start with https://, or say allowInsecure: true beside it",
      "f.yml:20:41: webhookUrl: must start with https://, or say allowInsecure: true beside it",
      "f.yml:21:45: webhookUrl: must start with https://, or say allowInsecure: true beside it",
    ],
    [
      "SLACK",
      "https://127.0.0.1/s3cret",
      "f.yml:15:26: webhookUrl: must not be a private address, or say allowPrivate: true beside it",
      "f.yml:21:45: webhookUrl: must not be a private address, or say allowPrivate: true beside it",
    ],
    ["URL", "https://u:s3cret@x", "f.yml:17:21: url: must not hold a user name or a password"],
    ["NEW", "s3cret", "f.yml:17:65: secret: must be whsec_ followed by base64"],
    [
      "BOT",
      "xoxp-s3cret",
      "f.yml:19:21: token: must be the token of a bot, which starts with xoxb-: this is one of a user",
    ],
    [
      "CHANNEL",
      "s3cret channel",
      "f.yml:19:44: channel: must be a channel's name, such as #ml-alerts, or its id, such as C0123456789",
    ],
    [
      "KEY32",
      "s3cret",
      "f.yml:22:45: routingKey: must be the 32 letters and digits of an Events API v2 integration key",
    ],
  ])("checks what %s resolves to, and never quotes it", async (name, value, ...lines) => {
    expect(await resolutionOf({ ...VALUES, [name]: value })).toEqual(lines);
  });
});

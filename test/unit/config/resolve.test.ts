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
    webhook: { url: "\${env:URL}", secret: ["\${env:NEW}", ${WHSEC}] }
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
      { name: "chat", type: "slack", webhookUrl: VALUES.SLACK },
      { name: "hook", type: "webhook", url: VALUES.URL, secrets: [WHSEC, WHSEC] },
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
      "f.yml:17:44: secret: ${env:NEW}: is missing",
    ]);
  });

  it.each([
    ["HOST", "s3cret host", "f.yml:3:13: server: must be an address that starts with https://"],
    ["TOKEN", "s3cret\n", "f.yml:4:20: token: must be one word without spaces or line breaks"],
    ["CA", "./s3cret", "f.yml:5:16: ca: must be PEM text: to read it from a file write ${file:path}"],
    ["KEY", "s3cret", "f.yml:11:57: clientKey: must be PEM text: to read it from a file write ${file:path}"],
    ["SLACK", "http://s3cret", "f.yml:15:26: webhookUrl: must start with https:// (http:// only for this machine)"],
    ["URL", "https://u:s3cret@x", "f.yml:17:21: url: must not hold a user name or a password"],
    ["NEW", "s3cret", "f.yml:17:44: secret: must be whsec_ followed by base64"],
  ])("checks what %s resolves to, and never quotes it", async (name, value, line) => {
    expect(await resolutionOf({ ...VALUES, [name]: value })).toEqual([line]);
  });
});

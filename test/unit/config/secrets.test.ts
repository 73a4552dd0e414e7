import fc from "fast-check";
import { expect, it } from "vitest";
import { ConfigError, parseConfig } from "#config/config";
import { resolveConfigFrom } from "#config/resolve";
import { openSources } from "#config/sources/sources";

// Every part of a secret that a line could quote holds this.
const SECRET = "s3cret";

const TEXT = `clusters:
  - name: prod
    server: "https://${SECRET}.example.com"
    auth: { token: "${SECRET}-token" }
    tls: { ca: "-----BEGIN ${SECRET}" }
  - name: lab
    server: "https://${SECRET}.lab"
    auth:
      clientCertificate: "-----BEGIN ${SECRET}"
      clientKey: |
        -----BEGIN ${SECRET}
        ${SECRET}
    proxy: "http://ann:${SECRET}@proxy:3128"
  - { name: gke, server: "https://x", auth: { gke: { serviceAccountKey: '{ "private_key": "${SECRET}" }' } } }
  - { name: aks, server: "https://x", auth: { aks: { tenant: a, clientId: b, clientSecret: "${SECRET}" } } }
  - name: cci
    provider: cci
    region: cn-north-4
    auth: { huaweiToken: { domain: a, user: b, password: "${SECRET}", project: c } }
  - name: signed
    provider: cci
    region: cn-north-4
    auth: { huaweiKey: { accessKey: a, secretKey: ${SECRET}, securityToken: "${SECRET}" } }
receivers:
  - name: chat
    slack:
      webhookUrl: "https://hooks.slack.com/${SECRET}"
  - name: hook
    webhook:
      url: https://hooks.example.com/${SECRET}?key=${SECRET}
      secret: [whsec_${SECRET}GKYqrTwjUPD8ILPZIo2LaLaSwX, "whsec_${SECRET}GKYqrTwjUPD8ILPZIo2LaLaSwX"]
  - name: inside
    webhook: { url: "http://127.0.0.1/${SECRET}", format: cloudevents, allowInsecure: true, allowPrivate: true }
  - name: bot
    slack: { token: xoxb-${SECRET}, channel: "#ml", style: update }
  - name: teams
    teams: { webhookUrl: "https://x.powerplatform.com/${SECRET}?sig=${SECRET}", digestAbove: 5 }
  - name: discord
    discord: { webhookUrl: https://discord.com/api/webhooks/1/${SECRET} }
  - name: pager
    pagerduty: { routingKey: ${SECRET}23456789abcdef01234567890a, severity: info }
namespaces:
  - namespace: ml
    cluster: prod
    kinds: [Job]
    routes: [{ receivers: [chat, hook] }]
`;

/** Everything that is said of a text, however it fails. */
async function sayingOf(text: string): Promise<string> {
  try {
    const config = parseConfig(text, "f.yml");
    await resolveConfigFrom(openSources({ directory: "/nowhere", env: {} }), config);
    return config.warnings.map(({ message }) => message).join("\n");
  } catch (error) {
    // Anything else would reach people with a stack.
    expect(error).toBeInstanceOf(ConfigError);
    return `${String(error)}\n${error instanceof ConfigError ? JSON.stringify(error.problems) : ""}`;
  }
}

it("is right as it is, and its warnings quote no secret", async () => {
  const saying = await sayingOf(TEXT);
  expect(saying.split("\n")).toHaveLength(15);
  expect(saying).not.toContain(SECRET);
});

it("never quotes a secret, whatever characters are lost, changed or put in", async () => {
  const piece = fc.constantFrom(
    "",
    " ",
    "\n",
    "  ",
    ":",
    ": ",
    "- ",
    '"',
    "'",
    "{",
    "}",
    "[",
    "]",
    "${",
    "$",
    "*",
    "&",
    "!",
    "|",
    "#",
    "@",
    "%",
    "\t",
    "\\",
    "0",
    ",",
  );
  const at = fc.nat(TEXT.length);
  const edit = fc.record({ at, drop: fc.nat(3), piece });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
      const text = edits.reduce((now, { at, drop, piece }) => now.slice(0, at) + piece + now.slice(at + drop), TEXT);
      expect(await sayingOf(text)).not.toContain(SECRET);
    }),
    { numRuns: 1_500 },
  );
});

it("never quotes a secret that lost its key or its place in the map", async () => {
  const lines = TEXT.split("\n");
  for (const [index, line] of lines.entries()) {
    for (const other of [
      line.trim(),
      `  ${line}`,
      line.replace(/^\s*[^:]*: /, "  "),
      line.replace(": ", " "),
      `${line}:`,
      "",
    ]) {
      expect(await sayingOf(lines.with(index, other).join("\n"))).not.toContain(SECRET);
    }
  }
});

import { describe, expect, it } from "vitest";
import { cloudProblems, cloudSecrets } from "#config/cloud";
import { compileConfig, readCompiledConfig } from "#config/compiled";
import { ConfigError, formatProblem, parseConfig } from "#config/config";
import { resolveConfigFrom } from "#config/resolve";
import { openSources } from "#config/sources/sources";
import { linesOf, marked, withClusters } from "./lines.ts";

const S = 'server: "https://x"';
const CCI = "provider: cci, region: cn-north-4";
const USER = 'domain: acme, user: ann, password: "${env:PW}", project: p';
const KEY = '{"type":"service_account"}';

/** The one cluster of an entry, resolved. */
async function resolved(entry: string, env: Readonly<Record<string, string>> = {}) {
  const config = parseConfig(withClusters(`{ name: c, ${entry} }`), "/etc/jobbell/f.yml");
  const sources = openSources({ directory: config.directory, env });
  const { clusters } = await resolveConfigFrom(sources, { ...config, receivers: [] });
  return clusters[0];
}

describe("a cluster is reached", () => {
  const token = { type: "token", token: "t" };
  it.each<[string, string, object]>([
    [
      "through a proxy, with a provider and timeouts",
      `${S}, provider: cci, auth: { token: t }, proxy: "http://\${env:PW}@p:1", timeouts: { connect: 5s, headers: 1m, idle: 90s }, http2: false`,
      {
        from: "server",
        provider: "cci",
        auth: token,
        proxy: "http://pw@p:1",
        timeouts: { connectMs: 5_000, headersMs: 60_000, idleMs: 90_000 },
        http2: false,
      },
    ],
    ["in a region", `${CCI}, auth: { token: t }`, { server: "https://cci.cn-north-4.myhuaweicloud.com", auth: token }],
    [
      "by a kubeconfig and a proxy",
      "kubeconfig: k, provider: cci, proxy: http://p:1, timeouts: { idle: 1s }",
      {
        from: "kubeconfig",
        path: "/etc/jobbell/k",
        provider: "cci",
        proxy: "http://p:1",
        timeouts: { idleMs: 1_000 },
      },
    ],
    ["from inside", "inCluster: true", { from: "inCluster", at: { line: 1, column: 34 } }],
    [
      "as a role of AWS",
      `${S}, auth: { eks: { cluster: ml, region: eu-west-1 } }`,
      { auth: { type: "eks", cluster: "ml", region: "eu-west-1" } },
    ],
    [
      "as a role of AWS, in its region",
      `${S}, auth: { eks: { cluster: ml } }`,
      { auth: { type: "eks", cluster: "ml" } },
    ],
    [
      "as a service account of Google",
      `${S}, auth: { gke: { serviceAccountKey: "\${env:KEY}" } }`,
      { auth: { type: "gkeKey", serviceAccountKey: KEY } },
    ],
    [
      "as the machine's service account of Google",
      `${S}, auth: { gke: { metadataServer: true } }`,
      { auth: { type: "gkeMetadata" } },
    ],
    [
      "as an application of Entra ID",
      `${S}, auth: { aks: { tenant: a, clientId: b, clientSecret: "\${env:PW}" } }`,
      {
        auth: {
          type: "aksClient",
          tenant: "a",
          clientId: "b",
          clientSecret: "pw",
          authority: "https://login.microsoftonline.com",
        },
      },
    ],
    [
      "as an application of another cloud's Entra ID",
      `${S}, auth: { aks: { tenant: a, clientId: b, clientSecret: "\${env:PW}", authority: "https://login.microsoftonline.us" } }`,
      { auth: { authority: "https://login.microsoftonline.us" } },
    ],
    [
      "as the machine's managed identity",
      `${S}, auth: { aks: { managedIdentity: true } }`,
      { auth: { type: "aksIdentity", at: { line: 1 } } },
    ],
    [
      "as a managed identity of several",
      `${S}, auth: { aks: { managedIdentity: true, clientId: b } }`,
      { auth: { type: "aksIdentity", clientId: "b" } },
    ],
    [
      "as a user of Huawei Cloud, whose IAM is in the cluster's region",
      `${CCI}, auth: { huaweiToken: { ${USER} } }`,
      {
        auth: {
          type: "huaweiToken",
          endpoint: "https://iam.cn-north-4.myhuaweicloud.com",
          domain: "acme",
          user: "ann",
          password: "pw",
          project: "p",
        },
      },
    ],
    [
      "as a user of Huawei Cloud, whose IAM is elsewhere",
      `${S}, auth: { huaweiToken: { ${USER}, endpoint: "https://iam.example.com" } }`,
      { auth: { endpoint: "https://iam.example.com" } },
    ],
    [
      "with an access key of Huawei Cloud",
      `${CCI}, auth: { huaweiKey: { accessKey: a, secretKey: "\${env:PW}", projectId: "1", securityToken: "\${env:PW}" } }`,
      { auth: { type: "huaweiKey", accessKey: "a", secretKey: "pw", projectId: "1", securityToken: "pw" } },
    ],
  ])("%s", async (_way, entry, expected) => {
    expect(await resolved(entry, { PW: "pw", KEY })).toMatchObject(expected);
  });
});

describe("a cluster that is wrong is said with its place", () => {
  const KINDS = '"tls" does not go with "inCluster"';
  it.each<[string, string, ...string[]]>([
    ["a region alone", "▸▸{ name: c, region: cn-north-4 }", 'missing key "provider"', 'missing key "auth"'],
    ["no address", "▸{ name: c, provider: cci, auth: { token: t } }", 'missing key "server"'],
    ["a region beside a server", `${S}, auth: { token: t }, ▸region: a`, '"region" does not go with "server"'],
    [
      "a region that is none",
      "provider: cci, auth: { token: t }, region: ▸a/b",
      "region: must be the name of a region, such as cn-north-4",
    ],
    [
      "a region of nobody",
      "region: a, provider: ▸kubernetes, auth: { token: t }",
      "provider: must be cci: a region is Huawei Cloud's",
    ],
    [
      "an unknown provider",
      `${S}, auth: { token: t }, provider: ▸CCI`,
      'provider: unknown value "CCI", did you mean "cci"?',
    ],
    ["inside and outside", `${S}, auth: { token: t }, ▸inCluster: true`, '"inCluster" does not go with "server"'],
    ["inside with trust", "inCluster: true, ▸tls: {}", KINDS],
    ["half inside", "inCluster: ▸false", "inCluster: must be true, or left out"],
    [
      "a proxy of another sort",
      `${S}, auth: { token: t }, proxy: ▸"socks5://p:1"`,
      "proxy: must be the address of an HTTP proxy, http://host:port",
    ],
    [
      "a proxy with a path",
      `${S}, auth: { token: t }, proxy: ▸"http://p:1/x"`,
      "proxy: must be the address of an HTTP proxy, http://host:port",
    ],
    [
      "a timeout that is none",
      `${S}, auth: { token: t }, timeouts: { idle: ▸soon }`,
      "idle: must be a duration such as 30s or 1m30s",
    ],
    [
      "a timeout that is too short",
      `${S}, auth: { token: t }, timeouts: { idle: ▸0s }`,
      "idle: must be from 1s to 10m",
    ],
    [
      "a timeout that is too long",
      `${S}, auth: { token: t }, timeouts: { idle: ▸11m }`,
      "idle: must be from 1s to 10m",
    ],
    [
      "an unknown timeout",
      `${S}, auth: { token: t }, timeouts: { ▸conect: 1s }`,
      'unknown key "conect", did you mean "connect"?',
    ],
    ["EKS without a cluster", `${S}, auth: { eks: ▸{} }`, 'missing key "cluster"'],
    [
      "EKS with more than a name",
      `${S}, auth: { eks: { cluster: ▸"\${env:A}" } }`,
      "cluster: references such as ${env:NAME} are not possible here",
    ],
    ["two ways", `${S}, auth: { eks: { cluster: c }, ▸gke: { metadataServer: true } }`, '"gke" does not go with "eks"'],
    ["Google without anything", `${S}, auth: { gke: ▸{} }`, 'gke needs "serviceAccountKey" or "metadataServer"'],
    [
      "Google twice",
      `${S}, auth: { gke: { serviceAccountKey: "{}", ▸metadataServer: true } }`,
      '"metadataServer" does not go with "serviceAccountKey"',
    ],
    [
      "a path for a key",
      `${S}, auth: { gke: { serviceAccountKey: ▸./key.json } }`,
      "serviceAccountKey: must be the JSON of a key: to read it from a file write ${file:path}",
    ],
    ["Google by a word", `${S}, auth: { gke: ▸yes }`, "gke: must be a map of keys and values"],
    [
      "Azure without anything",
      `${S}, auth: { aks: ▸{} }`,
      'aks needs "clientSecret" with "clientId" with "tenant" or "managedIdentity"',
    ],
    [
      "an application without its secret",
      `${S}, auth: { aks: ▸▸{ clientId: a } }`,
      'missing key "clientSecret"',
      'missing key "tenant"',
    ],
    [
      "Azure twice",
      `${S}, auth: { aks: { managedIdentity: true, clientId: a, ▸tenant: b } }`,
      '"tenant" does not go with "managedIdentity"',
    ],
    [
      "a user of nowhere",
      `${S}, auth: { huaweiToken: ▸{ ${USER} } }`,
      'missing key "endpoint": the cluster has no region',
    ],
    [
      "a user without a password",
      `${CCI}, auth: { huaweiToken: ▸{ domain: a, user: b, project: c } }`,
      'missing key "password"',
    ],
    [
      "a name of two lines",
      `${CCI}, auth: { huaweiToken: { domain: ▸"a\\nb", user: b, password: c, project: d } }`,
      "domain: must be one line of text",
    ],
    ["a key without its half", `${CCI}, auth: { huaweiKey: ▸{ accessKey: a } }`, 'missing key "secretKey"'],
    [
      "a secret key of two words",
      `${CCI}, auth: { huaweiKey: { accessKey: a, secretKey: ▸"b c" } }`,
      "secretKey: must be one word without spaces or line breaks",
    ],
  ])("%s", (_what, entry, ...messages) => {
    const { text, places } = marked(withClusters(entry.startsWith("▸") ? entry : `{ name: c, ${entry} }`));
    expect(linesOf(text)).toEqual(messages.map((message, index) => `${places[index]}: ${message}`));
  });

  it("also once its references are resolved, without their values", async () => {
    const attempt = resolved(
      `${S}, auth: { huaweiKey: { accessKey: a, secretKey: "\${env:PW}" } }, proxy: "\${env:PW}"`,
      {
        PW: "two words",
      },
    );
    await expect(attempt).rejects.toThrow(ConfigError);
    await expect(attempt).rejects.toThrow(
      /secretKey: must be one word.*\n.*proxy: must be the address of an HTTP proxy/,
    );
    await expect(attempt).rejects.not.toThrow(/two words/);
  });
});

describe("a cluster for functions", () => {
  const problemsOf = (entry: string) =>
    cloudProblems(parseConfig(withClusters(`{ name: c, ${entry} }`).replace("env:S", "ssm:/s"), "f.yml")).map(
      formatProblem,
    );

  it.each([
    `${S}, auth: { eks: { cluster: ml } }`,
    `${CCI}, auth: { huaweiToken: { domain: acme, user: ann, password: "\${ssm:/pw}", project: p } }`,
    `${CCI}, auth: { huaweiKey: { accessKey: a, secretKey: "\${ssm:/sk}" } }`,
    `${S}, auth: { gke: { serviceAccountKey: "\${secretsmanager:gke}" } }`,
    `${S}, auth: { aks: { tenant: a, clientId: b, clientSecret: "\${ssm:/s}" } }, proxy: "http://\${ssm:/p}@p:1", timeouts: { idle: 9s }`,
  ])("may be %s, and is the same in a package", (entry) => {
    expect(problemsOf(entry)).toEqual([]);
    const config = parseConfig(withClusters(`{ name: c, ${entry} }`), "f.yml");
    expect(readCompiledConfig(compileConfig(config, process.cwd())).clusters).toEqual(
      JSON.parse(JSON.stringify(config.clusters)),
    );
  });

  it.each([
    ["inCluster: true", "f.yml:1:34: a function runs in no cluster: give server and auth"],
    [
      `${S}, auth: { gke: { metadataServer: true } }`,
      "f.yml:1:57: a function of AWS has no metadata server of Google: use serviceAccountKey with ${ssm:/name}",
    ],
    [
      `${S}, auth: { aks: { managedIdentity: true } }`,
      "f.yml:1:57: a function of AWS has no managed identity of Azure: use tenant, clientId and clientSecret",
    ],
    [
      `${CCI}, auth: { huaweiKey: { accessKey: a, secretKey: b } }`,
      "f.yml:1:104: secretKey: this secret stands in the file, and would stand in the function's package: use ${ssm:/name}",
    ],
    [
      `${S}, auth: { eks: { cluster: ml } }, proxy: "\${env:PROXY}"`,
      "f.yml:1:83: ${env:PROXY}: a function has no such environment variable: use ${ssm:/name}",
    ],
  ])("may not be %s", (entry, line) => {
    expect(problemsOf(entry)).toEqual([line]);
  });

  it("names its secrets, those of its proxy too", () => {
    const entry = `${S}, auth: { aks: { tenant: "\${ssm:/t}", clientId: b, clientSecret: "\${ssm:/s}" } }, proxy: "\${ssm:/p}"`;
    const { clusters } = cloudSecrets(parseConfig(withClusters(`{ name: c, ${entry} }`), "f.yml"));
    expect(clusters.ssm).toEqual(["/p", "/s", "/t"]);
  });
});

it("a proxy is a secret in the file only with a password", () => {
  const keysOf = (proxy: string) =>
    parseConfig(withClusters(`{ name: c, kubeconfig: k, proxy: "${proxy}" }`), "f.yml").warnings.map(
      ({ message }) => message.split(":")[0],
    );
  expect(keysOf("http://proxy:3128")).toEqual([]);
  expect(keysOf("http://ann:pw@proxy:3128")).toEqual(["proxy"]);
  expect(keysOf("http://ann:${env:PW}@proxy:3128")).toEqual([]);
});

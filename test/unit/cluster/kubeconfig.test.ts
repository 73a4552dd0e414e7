import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ClusterAccess } from "#cluster/access";
import { loadKubeconfig } from "#cluster/kubeconfig";
import { KubeconfigError } from "#cluster/kubeconfig/error";
import { executable, temporaryFolder } from "./exec-plugin-script.ts";
import { SIGNAL } from "./open.ts";

const PEM = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n";
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** A kubeconfig with one context, `prod`, unless `more` says otherwise. */
function kubeconfig(cluster: object, user: object, more: object = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "prod",
    contexts: [{ name: "prod", context: { cluster: "c", user: "u", namespace: "ml" } }],
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
    ...more,
  });
}

const SERVER = { server: "https://203.0.113.10:6443" };

async function load(text: string, files: Record<string, string> = {}, context?: string): Promise<ClusterAccess> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "config");
  await writeFile(path, text);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder.path, name), content);
  const access = await loadKubeconfig(path, context === undefined ? {} : { context });
  // While the files are there: some credentials are made from them.
  const proof = await access.credentials.current(SIGNAL);
  return { ...access, credentials: { current: async () => proof, renew: access.credentials.renew } };
}

async function refusal(promise: Promise<unknown>): Promise<KubeconfigError> {
  const error = await promise.catch((reason: unknown) => reason);
  if (error instanceof KubeconfigError) return error;
  throw error;
}

async function headersOf({ credentials }: ClusterAccess) {
  return (await credentials.current(SIGNAL)).headers;
}

describe("a kubeconfig's cluster", () => {
  test("is the current context's, by the context's name", async () => {
    expect(await load(kubeconfig(SERVER, { token: "t" }))).toMatchObject({
      name: "prod",
      server: SERVER.server,
      tls: {},
    });
  });

  test.each<[string, object, Record<string, string>, object]>([
    ["authority in the file", { "certificate-authority-data": base64(PEM) }, {}, { ca: PEM }],
    ["authority beside the file", { "certificate-authority": "ca.crt" }, { "ca.crt": PEM }, { ca: PEM }],
    [
      "authority in both, of which the first counts",
      { "certificate-authority-data": base64(PEM), "certificate-authority": "none" },
      {},
      { ca: PEM },
    ],
    ["server name", { "tls-server-name": "api.example.com" }, {}, { serverName: "api.example.com" }],
    ["word that nothing is to be verified", { "insecure-skip-tls-verify": true }, {}, { insecure: true }],
    [
      "nothing, in empty words",
      { "certificate-authority": "", "insecure-skip-tls-verify": false, "proxy-url": null },
      {},
      {},
    ],
  ])("has its %s", async (_what, cluster, files, tls) => {
    expect((await load(kubeconfig({ ...SERVER, ...cluster }, {}), files)).tls).toEqual(tls);
  });
});

test.each([
  ["http://proxy:3128", "http://proxy:3128"],
  ["https://ann:pw@proxy", "https://ann:pw@proxy"],
  [null, undefined],
])("a kubeconfig's proxy-url %s is the proxy %s", async (url, proxy) => {
  expect((await load(kubeconfig({ ...SERVER, "proxy-url": url }, {}))).proxy).toBe(proxy);
});

describe("a kubeconfig's user", () => {
  const basic = `Basic ${base64("ann:pw")}`;
  const plugin = { apiVersion: "client.authentication.k8s.io/v1", command: "./plugin", interactiveMode: "Never" };
  test.each<[string, object, Record<string, string>, string | undefined]>([
    ["a token", { token: "abc" }, {}, "Bearer abc"],
    ["a token file", { tokenFile: "token", token: "old" }, { token: "abc\n" }, "Bearer abc"],
    ["a name and a password", { username: "ann", password: "pw" }, {}, basic],
    ["a name alone", { username: "ann" }, {}, `Basic ${base64("ann:")}`],
    ["a token before a plugin", { token: "abc", exec: plugin }, {}, "Bearer abc"],
    ["nothing", {}, {}, undefined],
  ])("proves itself by %s", async (_what, user, files, expected) => {
    expect((await headersOf(await load(kubeconfig(SERVER, user), files))).authorization).toBe(expected);
  });

  test.each<[string, object, Record<string, string>]>([
    ["in the file", { "client-certificate-data": base64(PEM), "client-key-data": base64(`${PEM}key`) }, {}],
    [
      "beside the file",
      { "client-certificate": "c.pem", "client-key": "k.pem" },
      { "c.pem": PEM, "k.pem": `${PEM}key` },
    ],
  ])("has a client certificate %s", async (_where, user, files) => {
    expect((await load(kubeconfig(SERVER, user), files)).tls).toEqual({ cert: PEM, key: `${PEM}key` });
  });

  test("may be nobody", async () => {
    const contexts = [{ name: "prod", context: { cluster: "c" } }];
    const access = await load(kubeconfig(SERVER, {}, { contexts, users: null }));
    expect(await headersOf(access)).toEqual({});
    expect(access.credentials.renew()).toBe(false);
  });

  test("runs a plugin that stands beside the file, with what the file says", async () => {
    await using folder = await temporaryFolder();
    const status = `{ token: [process.argv[2], process.env.REGION, process.env.KUBERNETES_EXEC_INFO].join("|") }`;
    const answer = `console.log(JSON.stringify({ kind: "ExecCredential", apiVersion: "${plugin.apiVersion}", status: ${status} }))`;
    await mkdir(join(folder.path, "bin"));
    await executable(join(folder.path, "bin", "plugin"), `#!${process.execPath}\n${answer}`);
    const exec = {
      ...plugin,
      command: "bin/plugin",
      args: ["get-token"],
      env: [{ name: "REGION", value: "eu" }],
      provideClusterInfo: true,
      installHint: "install it",
    };
    const extensions = [{ name: "client.authentication.k8s.io/exec", extension: { audience: "x" } }];
    const trust = { "certificate-authority-data": base64(PEM), "tls-server-name": "api.example.com" };
    const path = join(folder.path, "config");
    await writeFile(path, kubeconfig({ ...SERVER, ...trust, extensions }, { exec }));
    const { authorization } = await headersOf(await loadKubeconfig(path));
    const [argument, region, info] = authorization!.replace("Bearer ", "").split("|");
    expect([argument, region]).toEqual(["get-token", "eu"]);
    expect(JSON.parse(info!).spec).toEqual({
      interactive: false,
      cluster: { ...SERVER, ...trust, config: { audience: "x" } },
    });
  });

  test("looks up a plugin by its bare name, and says which one is missing", async () => {
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "no-such-plugin-of-jobbell",
      provideClusterInfo: true,
    };
    const cluster = { ...SERVER, "insecure-skip-tls-verify": true };
    await expect(load(kubeconfig(cluster, { exec }))).rejects.toThrow(
      /the command "no-such-plugin-of-jobbell" was not found/,
    );
  });
});

describe("several kubeconfigs", () => {
  async function write(folder: string, name: string, text: string): Promise<string> {
    await mkdir(join(folder, name), { recursive: true });
    const path = join(folder, name, "config");
    await writeFile(path, text);
    return path;
  }

  test("are those of KUBECONFIG: the first definition wins, absent ones are skipped, paths start from their own file", async () => {
    await using folder = await temporaryFolder();
    const first = JSON.stringify({ users: [{ name: "u", user: { tokenFile: "token" } }], clusters: [], contexts: [] });
    const paths = [
      join(folder.path, "absent"),
      await write(folder.path, "a", first),
      await write(folder.path, "b", kubeconfig(SERVER, { token: "second" })),
    ];
    await writeFile(join(folder.path, "a", "token"), "first");
    const access = await loadKubeconfig(undefined, { env: { KUBECONFIG: `${paths.join(":")}:` } });
    expect(access.name).toBe("prod");
    expect(await headersOf(access)).toEqual({ authorization: "Bearer first" });
  });

  test("are ~/.kube/config alone where KUBECONFIG names none", async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, ".kube"));
    await writeFile(join(folder.path, ".kube", "config"), kubeconfig(SERVER, { token: "home" }));
    const access = await loadKubeconfig(undefined, { env: {}, home: folder.path });
    expect(await headersOf(access)).toEqual({ authorization: "Bearer home" });
  });

  test("may hold a context by its name", async () => {
    const contexts = ["prod", "test"].map((name) => ({ name, context: { cluster: name, user: "u" } }));
    const clusters = ["prod", "test"].map((name) => ({ name, cluster: { server: `https://${name}.example.com` } }));
    const text = kubeconfig(SERVER, { token: "t" }, { contexts, clusters });
    expect(await load(text, {}, "test")).toMatchObject({ name: "test", server: "https://test.example.com" });
  });

  test("may hold users that are wrong, as long as nobody asks for them", async () => {
    const users = [
      { name: "u", user: { token: "t" } },
      { name: "old", user: { exec: { apiVersion: "client.authentication.k8s.io/v1alpha1", command: "x" } } },
    ];
    expect(await headersOf(await load(kubeconfig(SERVER, {}, { users })))).toEqual({ authorization: "Bearer t" });
  });
});

describe("a kubeconfig that leads nowhere", () => {
  const context = (fields: object) => ({ contexts: [{ name: "prod", context: fields }] });
  const exec = (apiVersion: string) => ({ exec: { apiVersion, command: "x" } });
  test.each<[string, string, string, RegExp]>([
    ["no YAML", "a: [", "invalid", /line 1, column \d+ is no YAML \(BAD_/],
    ["no map", "text", "invalid", /the whole is wrong/],
    ["an alias to nothing", "a: *b", "invalid", /alias/],
    ["nothing", "", "missing", /no current-context: name one of its contexts \(none\)/],
    [
      "no current context",
      kubeconfig(SERVER, {}, { "current-context": "" }),
      "missing",
      /no current-context: name one of its contexts \("prod"\)/,
    ],
    [
      "another current context",
      kubeconfig(SERVER, {}, { "current-context": "x" }),
      "missing",
      /no context "x": its contexts are "prod"/,
    ],
    [
      "a context of no cluster",
      kubeconfig(SERVER, {}, context({ user: "u" })),
      "missing",
      /context "prod" names no cluster: its contexts are "prod"/,
    ],
    [
      "a cluster that is not there",
      kubeconfig(SERVER, {}, context({ cluster: "x" })),
      "missing",
      /the cluster "x", which is not there/,
    ],
    [
      "a user who is not there",
      kubeconfig(SERVER, {}, context({ cluster: "c", user: "x" })),
      "missing",
      /the user "x", who is not there/,
    ],
    ["a cluster of no server", kubeconfig({}, {}), "missing", /no server/],
    ["an empty cluster", kubeconfig(SERVER, {}, { clusters: [{ name: "c", cluster: null }] }), "missing", /no server/],
    ["a server that is no address", kubeconfig({ server: "203.0.113.10" }, {}), "invalid", /no http or https address/],
    [
      "a server of another scheme",
      kubeconfig({ server: "ftp://203.0.113.10" }, {}),
      "invalid",
      /no http or https address/,
    ],
    [
      "a proxy of another sort",
      kubeconfig({ ...SERVER, "proxy-url": "socks5://s3cr3t:1" }, {}),
      "unsupported",
      /proxy-url is no http or https address: SOCKS is not supported/,
    ],
    [
      "authority and no verification",
      kubeconfig({ ...SERVER, "certificate-authority-data": base64(PEM), "insecure-skip-tls-verify": true }, {}),
      "invalid",
      /exclude each other/,
    ],
    [
      "an authority that is no PEM",
      kubeconfig({ ...SERVER, "certificate-authority-data": "s3cr3t" }, {}),
      "invalid",
      /cluster\.certificate-authority-data is no PEM in base64/,
    ],
    [
      "an authority that is not there",
      kubeconfig({ ...SERVER, "certificate-authority": "no.crt" }, {}),
      "missing",
      /cluster\.certificate-authority names the file .*no\.crt, which cannot be read \(ENOENT\)/,
    ],
    [
      "a certificate without its key",
      kubeconfig(SERVER, { "client-certificate-data": base64(PEM) }),
      "missing",
      /no client-key/,
    ],
    [
      "a key without its certificate",
      kubeconfig(SERVER, { "client-key-data": base64(PEM) }),
      "missing",
      /no client-certificate/,
    ],
    [
      "an auth provider",
      kubeconfig(SERVER, { "auth-provider": { name: "gcp" } }),
      "unsupported",
      /auth-provider is not supported: use the exec plugin/,
    ],
    ["another's name", kubeconfig(SERVER, { token: "s3cr3t", as: "admin" }), "unsupported", /"as" \(impersonation\)/],
    [
      "a token that is no text",
      kubeconfig(SERVER, { token: 12345 }),
      "invalid",
      /user "u"\.token is wrong: .*expected string/,
    ],
    [
      "a plugin of an old version",
      kubeconfig(SERVER, exec("client.authentication.k8s.io/v1alpha1")),
      "invalid",
      /user "u"\.exec\.apiVersion is wrong/,
    ],
  ])("because it has %s says so in one line that names the file", async (_what, text, code, message) => {
    const error = await refusal(load(text));
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^kubeconfig \/.*\/config: [^\n]+$/);
    expect(error.message).not.toMatch(/s3cr3t|203\.0\.113|12345/);
    expect(error.code).toBe(code);
  });

  test("because it is not there names every place that was looked at", async () => {
    const error = await refusal(loadKubeconfig(undefined, { env: { KUBECONFIG: "/no/a:/no/b" } }));
    expect(error).toMatchObject({
      code: "not-found",
      message: expect.stringMatching(/^kubeconfig \/no\/a, \/no\/b: there is no such file/),
    });
  });

  test("because it cannot be read says why", async () => {
    await using folder = await temporaryFolder();
    const error = await refusal(loadKubeconfig(folder.path));
    expect(error).toMatchObject({ code: "unreadable", message: expect.stringMatching(/cannot be read \(EISDIR\)$/) });
  });
});

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, describe, expect, test, vi } from "vitest";
import { accessOf } from "#wiring";
import { closedPort, json, serve, serveRaw } from "../support/http.ts";
import { createAuthority } from "../support/tls.ts";
import { openConfigured } from "../unit/cluster/auth/configured.ts";
import { connectProxy } from "../unit/cluster/auth/connect-proxy.ts";
import { iam, USER } from "../unit/cluster/auth/huawei.ts";
import { temporaryFolder } from "../unit/cluster/exec-plugin-script.ts";
import { everythingOf, failure, listAll, openAt, pageOf } from "../unit/cluster/open.ts";

afterEach(() => vi.unstubAllEnvs());

const authority = createAuthority();
const { ca } = authority;
const local = authority.issue({ hosts: ["127.0.0.1", "api.invalid"] });
const client = authority.issue({ subject: "jobbell-reader" });

const api = (tls = {}) => serve((_seen, response) => json(response, pageOf(["a"])), { ...local, ...tls });
const TOKEN = "auth: { token: abc }";
const CA = `tls: { ca: ${JSON.stringify(ca)} }`;

describe("a proxy", () => {
  test("is asked for a way to the server, and TLS runs inside of it", async () => {
    await using server = await api({ requestCert: true, ca });
    await using proxy = await connectProxy();
    await using cluster = openAt(server.url, { tls: { ca, ...client }, proxy: proxy.url });
    for (let index = 0; index < 3; index += 1) await listAll(cluster);
    expect(proxy.seen).toEqual([server.host]);
    expect(server.seen.map((seen) => seen.client)).toEqual(Array(3).fill("jobbell-reader"));
  });

  test("knows the host of a server that only it can find", async () => {
    await using server = await api();
    await using proxy = await connectProxy({ leadsTo: server.host });
    const entry = `server: "https://api.invalid", ${TOKEN}, ${CA}, proxy: "${proxy.url}"`;
    await using cluster = await openConfigured(entry);
    expect((await listAll(cluster)).items.length).toBe(1);
    expect(proxy.seen).toEqual(["api.invalid:443"]);
    expect(server.seen[0]!.headers.host).toBe("api.invalid");
  });

  test("hears the user and the password of its address", async () => {
    await using server = await api();
    await using proxy = await connectProxy({ credentials: "ann:p@ss/wörd" });
    const address = proxy.url.replace("//", "//ann:p%40ss%2Fw%C3%B6rd@");
    await using cluster = openAt(server.url, { tls: { ca }, proxy: address });
    expect((await listAll(cluster)).items.length).toBe(1);
  });

  test("may be spoken to by TLS itself", async () => {
    await using server = await api();
    await using proxy = await connectProxy({ tls: local });
    const before = getCACertificates("default");
    setDefaultCACertificates([...before, ca]);
    try {
      await using cluster = openAt(server.url, { tls: { ca }, proxy: proxy.url });
      expect((await listAll(cluster)).items.length).toBe(1);
      expect(proxy.seen).toEqual([server.host]);
    } finally {
      setDefaultCACertificates(before);
    }
  });

  test("leads to a server of plain http as well, where a kubeconfig wants it", async () => {
    await using server = await serve((_seen, response) => json(response, pageOf(["a"])));
    await using proxy = await connectProxy();
    await using cluster = openAt(server.url, { proxy: proxy.url });
    expect((await listAll(cluster)).items.length).toBe(1);
    expect(proxy.seen).toEqual([server.host]);
  });

  test("of the environment is used, unless the cluster has its own, or NO_PROXY names the server", async () => {
    await using server = await api();
    await using ours = await connectProxy({ leadsTo: server.host });
    await using own = await connectProxy({ leadsTo: server.host });
    const env = { https_proxy: ours.url };
    const entry = `server: "https://api.invalid", ${TOKEN}, ${CA}`;
    await using first = await openConfigured(entry, env);
    await using second = await openConfigured(`${entry}, proxy: "\${env:OWN}"`, { ...env, OWN: own.url });
    await using third = await openConfigured(`${entry}`, { ...env, NO_PROXY: ".invalid" });
    await listAll(first);
    expect([ours.seen.length, own.seen.length]).toEqual([1, 0]);
    await listAll(second);
    expect([ours.seen.length, own.seen.length]).toEqual([1, 1]);
    expect((await failure(listAll(third))).message).toContain("does not resolve");
    expect([ours.seen.length, own.seen.length]).toEqual([1, 1]);
  });

  test("leads to who makes the tokens too", async () => {
    await using tokens = await serve(iam(), local);
    await using server = await api();
    await using proxy = await connectProxy({ leadsTo: tokens.host });
    const env = { HTTPS_PROXY: proxy.url, PASSWORD: USER.password };
    const auth = `auth: { huaweiToken: { domain: acme, user: reader, password: "\${env:PASSWORD}", project: cn-north-4, endpoint: "https://api.invalid:8443" } }`;
    const before = getCACertificates("default");
    setDefaultCACertificates([...before, ca]);
    try {
      await using cluster = await openConfigured(`server: "${server.url}", ${auth}, ${CA}`, env);
      expect((await listAll(cluster)).items.length).toBe(1);
    } finally {
      setDefaultCACertificates(before);
    }
    expect(proxy.seen).toEqual(["api.invalid:8443"]);
    expect(server.seen[0]!.headers["x-auth-token"]).toBe("token-1");
  });
});

test("a cluster's own proxy goes before its kubeconfig's, and that before the environment's", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "config");
  const kubeconfig = (proxy: string) => `
current-context: c
contexts: [{ name: c, context: { cluster: c } }]
clusters: [{ name: c, cluster: { server: "https://api.invalid", ${proxy} } }]
`;
  const cluster = { name: "prod", from: "kubeconfig", path, at: { file: "f", line: 1, column: 1 } } as const;
  vi.stubEnv("HTTPS_PROXY", "http://environment:1");
  await writeFile(path, kubeconfig('proxy-url: "http://kubeconfig:1"'));
  expect(await accessOf({ ...cluster, proxy: "http://own:1" })).toMatchObject({ name: "prod", proxy: "http://own:1" });
  expect(await accessOf(cluster)).toMatchObject({ proxy: "http://kubeconfig:1" });
  await writeFile(path, kubeconfig(""));
  const timeouts = { idleMs: 1 };
  expect(await accessOf({ ...cluster, timeouts })).toMatchObject({ proxy: "http://environment:1", timeouts });
  vi.stubEnv("NO_PROXY", "api.invalid");
  expect(await accessOf(cluster)).not.toHaveProperty("proxy");
});

describe("a proxy that is no help", () => {
  const SECRET = "s3cr3t-pw";
  const through = (proxy: string, timeouts = {}) =>
    openAt("https://api.invalid", { tls: { ca }, proxy: proxy.replace("//", `//ann:${SECRET}@`), timeouts });

  test.each<[string, Parameters<typeof connectProxy>[0], string, RegExp]>([
    ["wants another password", { credentials: "ann:other" }, "unreachable", /wants a user and a password.*\(407\)/],
    ["does not allow the host", { refuse: 403 }, "unreachable", /does not allow the way to it \(403\)/],
    ["cannot find the host", { refuse: 502 }, "unreachable", /its proxy made no connection \(502\)/],
    ["says nothing", { silent: true }, "timeout", /its proxy made no connection within 0.05 s/],
    ["loses the connection", { leadsTo: "127.0.0.1:1" }, "unreachable", /its proxy takes no connections, or ends them/],
  ])("because it %s is an error that says so, without its address", async (_why, options, code, message) => {
    await using proxy = await connectProxy(options);
    await using cluster = through(proxy.url, options?.silent ? { connectMs: 50 } : {});
    const error = await failure(listAll(cluster));
    expect(error.message).toMatch(message);
    expect(error.code).toBe(code);
    expect(error.message).not.toContain("\n");
    expect(everythingOf(error)).not.toMatch(/s3cr3t|127\.0\.0\.1|api\.invalid/);
  });

  test("because nobody listens there is an error that says so", async () => {
    await using cluster = through(`http://127.0.0.1:${await closedPort()}`);
    const error = await failure(listAll(cluster));
    expect(error.message).toContain(
      "its proxy takes no connections, or ends them: check HTTPS_PROXY, or the proxy that is",
    );
    expect(everythingOf(error)).not.toMatch(/s3cr3t|127\.0\.0\.1/);
  });

  test("is not blamed for a certificate of the server", async () => {
    const foreign = createAuthority().issue({ hosts: ["api.invalid"] });
    await using server = await api(foreign);
    await using proxy = await connectProxy({ leadsTo: server.host });
    expect((await failure(listAll(through(proxy.url)))).code).toBe("tls");
  });

  test("is not blamed for a server that never answers the TLS handshake", async () => {
    await using server = await serveRaw();
    await using proxy = await connectProxy({ leadsTo: server.host });
    const error = await failure(listAll(through(proxy.url, { connectMs: 200 })));
    expect(error.message).toMatch(/took no connection within 0.2 s/);
  });

  test("is left at once by who gives up", async () => {
    const stop = new AbortController();
    const left = Promise.withResolvers<void>();
    await using proxy = await serveRaw((socket) => {
      socket.on("close", () => left.resolve());
      stop.abort(new Error("enough"));
    });
    await using cluster = through(proxy.url, { connectMs: 3_600_000 });
    await expect(listAll(cluster, {}, stop.signal)).rejects.toThrow("enough");
    await left.promise;
  });
});

test("timeouts are those of the cluster's entry", async () => {
  await using server = await serve(() => {});
  await using cluster = await openConfigured(
    `server: "${server.url}", ${TOKEN}, timeouts: { headers: 1s, idle: 1m30s }`,
  );
  expect((await failure(listAll(cluster))).message).toContain("began no answer within 1 s");
});

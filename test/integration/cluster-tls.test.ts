import type { ServerOptions } from "node:https";
import { describe, expect, test } from "vitest";
import type { ClusterAccess } from "#cluster/access";
import { json, type Secure, serve } from "../support/http.ts";
import { createAuthority } from "../support/tls.ts";
import { failure, listAll, openAt, pageOf } from "../unit/cluster/open.ts";

const own = createAuthority();
const foreign = createAuthority("another authority");
const { ca } = own;
const HOUR_MS = 3_600_000;
const local = own.issue({ hosts: ["127.0.0.1"] });
const mutual: ServerOptions = { ...local, ca, requestCert: true, rejectUnauthorized: true };
const client = own.issue({ subject: "jobbell-reader" });

const PROTOCOLS = [
  ["HTTP/1.1", {}],
  ["HTTP/2", { http2: {} }],
] as const;

async function open(server: Secure, tls: ClusterAccess["tls"]) {
  const running = await serve((_seen, response) => json(response, pageOf(["a"])), server);
  const cluster = openAt(running.url, { tls });
  const dispose = async () => {
    await cluster.close();
    await running[Symbol.asyncDispose]();
  };
  return { running, cluster, [Symbol.asyncDispose]: dispose };
}

describe.each(PROTOCOLS)("a server's certificate over %s", (_protocol, more) => {
  test.each<[string, ServerOptions, ClusterAccess["tls"]]>([
    ["its own authority is trusted", local, { ca }],
    ["several authorities are trusted, and it is one of them", local, { ca: foreign.ca + ca }],
    [
      "it is for the server name that was configured",
      own.issue({ hosts: ["api.example.com"] }),
      { ca, serverName: "api.example.com" },
    ],
    ["nothing is to be verified", foreign.issue({ hosts: ["elsewhere.example.com"] }), { insecure: true }],
  ])("is accepted where %s", async (_why, server, tls) => {
    await using open_ = await open({ ...server, ...more }, tls);
    expect((await listAll(open_.cluster)).items.length).toBe(1);
  });

  const expired = own.issue({ hosts: ["127.0.0.1"], notAfter: new Date(Date.now() - HOUR_MS) });
  const early = own.issue({ hosts: ["127.0.0.1"], notBefore: new Date(Date.now() + HOUR_MS) });
  test.each<[string, ServerOptions, ClusterAccess["tls"], RegExp]>([
    ["another authority is trusted", local, { ca: foreign.ca }, /certificate-authority in the kubeconfig, or tls\.ca/],
    ["only the system's authorities are", local, {}, /certificate-authority in the kubeconfig, or tls\.ca/],
    ["the authority cannot be read", local, { ca: "garbage" }, /tls\.ca/],
    [
      "it is for another host",
      own.issue({ hosts: ["api.example.com"] }),
      { ca },
      /other host names: .*tls-server-name/,
    ],
    ["it is for another server name", local, { ca, serverName: "api.example.com" }, /other host names/],
    ["it has expired", expired, { ca }, /has expired: renew it/],
    ["it is not valid yet", early, { ca }, /not valid yet: check the clocks/],
  ])("is refused where %s", async (_why, server, tls, message) => {
    await using open_ = await open({ ...server, ...more }, tls);
    const error = await failure(listAll(open_.cluster));
    expect(error.code).toBe("tls");
    expect(error.message).toMatch(message);
    expect(open_.running.seen).toEqual([]);
  });

  test("is refused whatever the environment says", async () => {
    const { emitWarning } = process;
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    // Node warns of what is tried here.
    process.emitWarning = () => {};
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      await using open_ = await open({ ...local, ...more }, { ca: foreign.ca });
      expect((await failure(listAll(open_.cluster))).code).toBe("tls");
    } finally {
      process.emitWarning = emitWarning;
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });
});

describe.each(PROTOCOLS)("a client's certificate over %s", (_protocol, more) => {
  test("proves who asks", async () => {
    await using open_ = await open({ ...mutual, ...more }, { ca, ...client });
    await listAll(open_.cluster);
    expect(open_.running.seen[0]!.client).toBe("jobbell-reader");
  });

  test.each<[string, ServerOptions, ClusterAccess["tls"], RegExp]>([
    ["is wanted and not there", mutual, {}, /ended the TLS handshake: it may want another client certificate/],
    ["is wanted and not there, by TLS 1.2", { ...mutual, maxVersion: "TLSv1.2" }, {}, /ended the TLS handshake/],
    ["cannot be read", local, { cert: "garbage", key: client.key }, /configured certificates or key/],
    ["does not belong to its key", local, { cert: client.cert, key: local.key }, /configured certificates or key/],
  ])("that %s is named in the error", async (_what, server, tls, message) => {
    await using open_ = await open({ ...server, ...more }, { ca, ...tls });
    const error = await failure(listAll(open_.cluster));
    expect(error.code).toBe("tls");
    expect(error.message).toMatch(message);
  });
});

test("a server that hangs up on a client's certificate is unreachable, not empty", async () => {
  await using open_ = await open(mutual, { ca, ...foreign.issue() });
  expect((await failure(listAll(open_.cluster))).code).toBe("unreachable");
});

describe("a scheme", () => {
  test("of https at a server of http is named in the error", async () => {
    await using server = await serve((_seen, response) => json(response, pageOf([])));
    await using cluster = openAt(server.url.replace("http:", "https:"), { tls: { ca } });
    const error = await failure(listAll(cluster));
    expect(error.code).toBe("tls");
    expect(error.message).toMatch(/http and https/);
  });
});

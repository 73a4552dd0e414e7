import { describe, expect, test } from "vitest";
import type { Credentials } from "#cluster/access";
import { execPlugin } from "#cluster/auth/exec-plugin";
import { noCredentials } from "#cluster/auth/none";
import { basicAuth, staticToken } from "#cluster/auth/static-token";
import { type Answer, json, type Seen, serve } from "../support/http.ts";
import { createAuthority } from "../support/tls.ts";
import { pluginScript } from "../unit/cluster/exec-plugin-script.ts";
import { everythingOf, failure, listAll, openAt, pageOf, statusOf } from "../unit/cluster/open.ts";

/** Lets in whoever has the token that `valid` accepts. */
function guarded(valid: (authorization: string) => boolean): Answer {
  return ({ headers, query }, response) => {
    if (!valid(headers.authorization ?? "")) return json(response, statusOf(401, "Unauthorized", "Unauthorized"), 401);
    json(response, query.has("continue") ? pageOf(["b"]) : pageOf(["a"], "t1"));
  };
}

/** Makes token after token: `t1`, `t2`, … */
function counting(): Credentials & { readonly renewals: number } {
  let renewals = 0;
  return {
    current: async () => ({ headers: { authorization: `Bearer t${renewals + 1}` } }),
    renew() {
      renewals += 1;
      return true;
    },
    get renewals() {
      return renewals;
    },
  };
}

const authorizations = (seen: readonly Seen[]) => seen.map(({ headers }) => headers.authorization);

describe("who asks", () => {
  test.each([
    ["a token", staticToken("abc\n"), "Bearer abc"],
    ["a name and a password", basicAuth("ann", "pä:ss"), `Basic ${Buffer.from("ann:pä:ss").toString("base64")}`],
    ["nothing", noCredentials(), undefined],
  ])("is proved by %s", async (_what, credentials, expected) => {
    await using server = await serve(guarded(() => true));
    await using cluster = openAt(server.url, { credentials });
    await listAll(cluster);
    expect(authorizations(server.seen)).toEqual([expected, expected]);
  });

  test("is proved by what an exec plugin makes: a token", async () => {
    await using script = await pluginScript('answer({ token: "made-" + nth });');
    await using server = await serve(guarded((authorization) => authorization === "Bearer made-1"));
    await using cluster = openAt(server.url, { credentials: execPlugin(script.plugin, { cluster: "prod" }) });
    expect((await listAll(cluster)).items.length).toBe(2);
    expect(await script.count()).toBe(1);
  });

  test("is proved by what an exec plugin makes: a certificate, which takes the place of the configured one", async () => {
    const authority = createAuthority();
    const { ca } = authority;
    const [local, own, made] = ["server", "configured", "made"].map((subject) =>
      authority.issue({ subject, hosts: ["127.0.0.1"] }),
    );
    const status = JSON.stringify({ clientCertificateData: made!.cert, clientKeyData: made!.key });
    await using script = await pluginScript(`answer(${status});`);
    await using server = await serve(
      guarded(() => true),
      { ...local!, ca, requestCert: true },
    );
    const credentials = execPlugin(script.plugin, { cluster: "prod" });
    await using cluster = openAt(server.url, { credentials, tls: { ca, ...own! } });
    await listAll(cluster);
    expect(server.seen.map(({ client }) => client)).toEqual(["made", "made"]);
  });
});

describe("a 401", () => {
  test("makes new credentials, once, and the request goes on", async () => {
    const credentials = counting();
    await using server = await serve(guarded((authorization) => authorization === "Bearer t2"));
    await using cluster = openAt(server.url, { credentials });
    expect((await listAll(cluster)).items.length).toBe(2);
    expect(authorizations(server.seen)).toEqual(["Bearer t1", "Bearer t2", "Bearer t2"]);
  });

  test("is the answer when new credentials are refused too", async () => {
    const credentials = counting();
    await using server = await serve(guarded(() => false));
    await using cluster = openAt(server.url, { credentials });
    expect((await failure(listAll(cluster))).code).toBe("unauthorized");
    expect(credentials.renewals).toBe(1);
    expect(server.seen.length).toBe(2);
  });

  test("is the answer at once where credentials cannot be any different", async () => {
    await using server = await serve(guarded(() => false));
    await using cluster = openAt(server.url, { credentials: staticToken("abc") });
    expect((await failure(listAll(cluster))).code).toBe("unauthorized");
    expect(server.seen.length).toBe(1);
  });

  test("starts the plugin again", async () => {
    await using script = await pluginScript('answer({ token: "made-" + nth });');
    await using server = await serve(guarded((authorization) => authorization === "Bearer made-2"));
    await using cluster = openAt(server.url, { credentials: execPlugin(script.plugin, { cluster: "prod" }) });
    expect((await listAll(cluster)).items.length).toBe(2);
    expect(await script.count()).toBe(2);
  });
});

describe("credentials that cannot be made", () => {
  const failing = (error: unknown): Credentials => ({ current: () => Promise.reject(error), renew: () => false });

  test("are an error that says so, whatever made them fail", async () => {
    await using server = await serve(guarded(() => true));
    await using cluster = openAt(server.url, { credentials: failing(new Error("token abc at https://iam")) });
    const error = await failure(listAll(cluster));
    expect(error).toMatchObject({ code: "credentials", cluster: "prod" });
    expect(everythingOf(error)).not.toMatch(/abc|iam/);
    expect(server.seen.length).toBe(0);
  });

  test("keep their own words where these are a ClusterError", async () => {
    await using script = await pluginScript("process.exit(7);");
    await using cluster = openAt("http://127.0.0.1:1", { credentials: execPlugin(script.plugin, { cluster: "prod" }) });
    expect((await failure(listAll(cluster))).message).toMatch(/failed \(7\)/);
  });

  test("because of the signal reject with its reason", async () => {
    const stop = new AbortController();
    const waiting: Credentials = {
      current: (signal) => {
        stop.abort(new Error("enough"));
        return Promise.reject(signal.reason);
      },
      renew: () => false,
    };
    await using cluster = openAt("http://127.0.0.1:1", { credentials: waiting });
    await expect(listAll(cluster, {}, stop.signal)).rejects.toThrow("enough");
  });
});

import { describe, expect, test } from "vitest";
import { huaweiKey } from "#cluster/auth/huawei-key";
import { type HuaweiTokenOptions, huaweiToken } from "#cluster/auth/huawei-token";
import { type Answer, closedPort, json, serve } from "../support/http.ts";
import { accessTo, openConfigured } from "../unit/cluster/auth/configured.ts";
import { gateway, iam, KEY, USER } from "../unit/cluster/auth/huawei.ts";
import { everythingOf, failure, listAll, openAt, pageOf, SIGNAL } from "../unit/cluster/open.ts";

const ENV = { PASSWORD: USER.password, SECRET_KEY: KEY.secretKey };
const HOUR_MS = 3_600_000;
const START = Date.parse("2026-11-21T00:13:07Z");

/** CCI that takes one of IAM's tokens. */
const taking =
  (token: string): Answer =>
  ({ headers }, response) =>
    headers["x-auth-token"] === token && headers.authorization === undefined
      ? json(response, pageOf(["a"]))
      : json(response, { error_code: "CCI.01.401", error_msg: `invalid token ${headers["x-auth-token"]}` }, 401);

const entry = (server: string, endpoint: string) =>
  `server: "${server}", provider: cci, auth: { huaweiToken: { domain: acme, user: reader, password: "\${env:PASSWORD}", project: cn-north-4, endpoint: "${endpoint}" } }`;

/** Credentials at an IAM that runs here. */
function tokensOf(endpoint: string, options: Partial<HuaweiTokenOptions> = {}) {
  return huaweiToken({ cluster: "prod", endpoint, proxy: undefined, ...USER, ...options });
}

describe("a token of Huawei Cloud's IAM", () => {
  test("is asked for once for many requests, and sent as X-Auth-Token", async () => {
    await using tokens = await serve(iam());
    await using server = await serve(taking("token-1"));
    await using cluster = await openConfigured(entry(server.url, tokens.url), ENV);
    await Promise.all(Array.from({ length: 10 }, () => listAll(cluster)));
    expect(server.seen.length).toBe(10);
    expect(tokens.seen.length).toBe(1);
  });

  test("is renewed shortly before its end", async () => {
    let now = START;
    await using tokens = await serve(iam({ now: () => now }));
    const credentials = tokensOf(tokens.url, { now: () => now });
    const token = async () => (await credentials.current(SIGNAL)).headers["x-auth-token"];
    expect(await token()).toBe("token-1");
    now += 23.9 * HOUR_MS;
    expect(await token()).toBe("token-1");
    now = START + 24 * HOUR_MS - 60_000;
    expect(await Promise.all([token(), token()])).toEqual(["token-2", "token-2"]);
  });

  test("is renewed once after a 401", async () => {
    await using tokens = await serve(iam());
    await using server = await serve(taking("token-2"));
    await using cluster = await openConfigured(entry(server.url, tokens.url), ENV);
    expect((await listAll(cluster)).items.length).toBe(1);
    expect(server.seen.length).toBe(2);
    expect(tokens.seen.length).toBe(2);
  });

  test("is renewed once, however late some learn that the old one was refused", async () => {
    await using tokens = await serve(iam());
    const renewed = Promise.withResolvers<void>();
    let refusals = 0;
    await using server = await serve(async (seen, response, nth) => {
      if (seen.headers["x-auth-token"] === "token-2") renewed.resolve();
      else {
        refusals += 1;
        if (refusals > 1) await renewed.promise;
      }
      taking("token-2")(seen, response, nth);
    });
    await using cluster = await openConfigured(entry(server.url, tokens.url), ENV);
    const lists = await Promise.all([listAll(cluster), listAll(cluster), listAll(cluster)]);
    expect(lists.map(({ items }) => items.length)).toEqual([1, 1, 1]);
    expect(tokens.seen.length).toBe(2);
  });

  test("that is refused again is an error without it", async () => {
    await using tokens = await serve(iam());
    await using server = await serve(taking("none"));
    await using cluster = await openConfigured(entry(server.url, tokens.url), ENV);
    const error = await failure(listAll(cluster));
    expect(error.code).toBe("unauthorized");
    expect(everythingOf(error)).not.toMatch(/token-[12]|127\.0\.0\.1/);
    expect([server.seen.length, tokens.seen.length]).toEqual([2, 2]);
  });

  test("may be for a project by its id", async () => {
    await using tokens = await serve(iam());
    const credentials = tokensOf(tokens.url, { project: "0".repeat(32) });
    expect((await credentials.current(SIGNAL)).headers).toEqual({ "x-auth-token": "token-1" });
  });

  test.each<[string, Answer, Partial<HuaweiTokenOptions>, string]>([
    [
      "another password",
      iam(),
      { password: "s3cr3t-wrong" },
      "Huawei Cloud IAM refuses (401): check domain, user, password",
    ],
    ["another project", iam(), { project: "cn-south-1" }, "Huawei Cloud IAM refuses (404): check domain"],
    ["a busy service", (_seen, response) => json(response, {}, 503), {}, "Huawei Cloud IAM refuses (503)"],
    [
      "no token",
      (_seen, response) => json(response, { token: { expires_at: "2026-11-22T00:00:00.000000Z" } }, 201),
      {},
      "answers without a token",
    ],
    [
      "no end",
      (_seen, response) => json(response, {}, 201, { "x-subject-token": "token-1" }),
      {},
      "answers without a token",
    ],
    ["a web page", (_seen, response) => void response.end("<html>"), {}, "answers without a token"],
    ["a cut connection", (_seen, response) => void response.destroy(), {}, "cannot be asked (ECONNRESET)"],
  ])("that cannot be had because of %s is an error of one line", async (_why, answer, options, message) => {
    await using tokens = await serve(answer);
    const error = await failure(tokensOf(tokens.url, options).current(SIGNAL));
    expect(error).toMatchObject({ code: "credentials", cluster: "prod" });
    expect(error.message).toContain(`cluster "prod" needs credentials: `);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("\n");
    expect(everythingOf(error)).not.toMatch(/s3cr3t|pä\$\$|127\.0\.0\.1|token-1/);
    expect(tokens.seen.length).toBe(1);
  });

  test("of an IAM that nobody can reach is an error without its address", async () => {
    const error = await failure(tokensOf(`http://127.0.0.1:${await closedPort()}`).current(SIGNAL));
    expect(error.message).toBe('cluster "prod" needs credentials: Huawei Cloud IAM cannot be asked (ECONNREFUSED)');
    expect(everythingOf(error)).not.toMatch(/127\.0\.0\.1/);
  });

  test("is given up with the request that needs it", async () => {
    const stop = new AbortController();
    await using tokens = await serve(() => stop.abort(new Error("enough")));
    await expect(tokensOf(tokens.url).current(stop.signal)).rejects.toThrow("enough");
  });
});

describe("an access key of Huawei Cloud", () => {
  const auth = (more = "") =>
    `provider: cci, auth: { huaweiKey: { accessKey: ${KEY.accessKey}, secretKey: "\${env:SECRET_KEY}"${more} } }`;

  test("signs each request", async () => {
    await using server = await serve(gateway());
    await using cluster = await openConfigured(`server: "${server.url}", ${auth()}`, ENV);
    await listAll(cluster, { labelSelector: "team in (a, b),c!=d", limit: 500 });
    await listAll(cluster, { fieldSelector: "metadata.name!=x" });
    expect(new Set(server.seen.map(({ headers }) => headers.authorization)).size).toBe(2);
  });

  test("signs the project and the security token too", async () => {
    await using server = await serve(gateway());
    const more = ', projectId: "0123", securityToken: sts-token-1';
    await using cluster = await openConfigured(`server: "${server.url}", ${auth(more)}`, ENV);
    await listAll(cluster);
    expect(server.seen[0]!.headers).toMatchObject({ "x-project-id": "0123", "x-security-token": "sts-token-1" });
    expect(server.seen[0]!.headers.authorization).toContain(
      "SignedHeaders=host;x-project-id;x-sdk-date;x-security-token,",
    );
  });

  test("signs at the time at which it sends", async () => {
    let now = START;
    await using server = await serve(gateway(() => now));
    await using cluster = openAt(server.url, { credentials: huaweiKey(KEY, () => now) });
    await listAll(cluster);
    now += HOUR_MS;
    await listAll(cluster);
    expect(server.seen.map(({ headers }) => headers["x-sdk-date"])).toEqual(["20261121T001307Z", "20261121T011307Z"]);
  });

  test("that is refused is not tried again, because failures lock it, and no error shows it", async () => {
    await using server = await serve(gateway());
    const credentials = huaweiKey({ ...KEY, secretKey: "another-secret-key", securityToken: "sts-token-1" });
    await using cluster = openAt(server.url, { credentials });
    const error = await failure(listAll(cluster));
    expect(error.code).toBe("unauthorized");
    expect(server.seen.length).toBe(1);
    expect(everythingOf(error)).not.toMatch(/another-secret|AKEXAMPLE|sts-token|127\.0\.0\.1|Signature=[0-9a-f]/);
  });
});

test("a cluster of Huawei Cloud is found by its region", async () => {
  const key = 'auth: { huaweiKey: { accessKey: a, secretKey: "${env:SECRET_KEY}" } }';
  expect((await accessTo(`provider: cci, region: ap-southeast-1, ${key}`, ENV)).server).toBe(
    "https://cci.ap-southeast-1.myhuaweicloud.com",
  );
});

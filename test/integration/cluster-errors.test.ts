import { describe, expect, test } from "vitest";
import { staticToken } from "#cluster/auth/static-token";
import type { ClusterErrorCode } from "#cluster/cluster";
import { closedPort, json, type LoopbackServer, serve, serveRaw } from "../support/http.ts";
import { createAuthority } from "../support/tls.ts";
import { everythingOf, failure, JOBS, listAll, openAt, pageOf, SIGNAL, statusOf } from "../unit/cluster/open.ts";

const FORBIDDEN = statusOf(
  403,
  "Forbidden",
  'tfjobs.kubeflow.org is forbidden: User "reader" cannot list resource "tfjobs"',
);
const ANONYMOUS = statusOf(403, "Forbidden", 'tfjobs.kubeflow.org is forbidden: User "system:anonymous" cannot list');
const HTML = "<html><body>Sign in</body></html>";
const LONG = statusOf(422, "Invalid", `TFJob is invalid:\n${"spec is wrong, ".repeat(2000)}`);
const ROLE =
  /does not let this account list tfjobs\.kubeflow\.org in namespace "ml" \(403\).*: give it a Role there that allows verb "list" on resource "tfjobs" of apiGroup "kubeflow\.org"$/;

type Row = [status: number, body: unknown, code: ClusterErrorCode, message: RegExp, headers?: Record<string, string>];

describe("an answer that is no list", () => {
  test.each<Row>([
    [
      401,
      statusOf(401, "Unauthorized", "Unauthorized"),
      "unauthorized",
      /does not accept the credentials \(401\), saying "Unauthorized": renew them/,
    ],
    [
      401,
      { error: { code: "Auth.1", message: "token expired" } },
      "unauthorized",
      /saying "token expired \(Auth\.1\)"/,
    ],
    [401, "", "unauthorized", /\(401\): renew them/],
    [403, FORBIDDEN, "forbidden", ROLE],
    [403, {}, "forbidden", ROLE],
    [403, "", "forbidden", ROLE],
    [
      403,
      { error_code: "IAM.1", error_msg: "no policy" },
      "forbidden",
      /saying "no policy \(IAM\.1\)": give it a Role/,
    ],
    [403, ANONYMOUS, "forbidden", /anonymous \(403\).*: no credentials were sent/],
    [403, HTML, "not-kubernetes", /web page \(403\)/],
    [
      404,
      "404 page not found\n",
      "not-installed",
      /has no tfjobs\.kubeflow\.org in kubeflow\.org\/v1 \(404\).*: install TFJob there/,
    ],
    [404, HTML, "not-kubernetes", /web page \(404\)/],
    [
      400,
      statusOf(400, "BadRequest", 'field label "x" not supported'),
      "invalid",
      /\(400\), saying "field label "x" not supported": check the selectors/,
    ],
    [400, { error_code: "CCI.1", error_msg: "bad" }, "invalid", /saying "bad \(CCI\.1\)"/],
    [405, "", "invalid", /\(405\): check/],
    [408, "", "timeout", /\(408\)/],
    [
      409,
      statusOf(409, "Conflict", "modified"),
      "conflict",
      /newer version of what was sent \(409\), saying "modified"/,
    ],
    [410, statusOf(410, "Expired", "too old"), "gone", /forgotten the version .*\(410\).*: list again/],
    [422, LONG, "invalid", /^.{300,420}$/],
    [
      429,
      "Too many requests, please try again later.\n",
      "throttled",
      /fewer requests \(429\), saying "Too many/,
      { "retry-after": "60" },
    ],
    [500, { error: { code: 500, message: "oops" } }, "unavailable", /\(500\), saying "oops \(500\)": try again later/],
    [502, HTML, "unavailable", /cannot answer now \(502\): try again/],
    [503, "", "unavailable", /cannot answer now \(503\): try again/, { "retry-after": "60" }],
    [504, statusOf(504, "Timeout", "Too large resource version"), "unavailable", /saying "Too large/],
    [301, "", "not-kubernetes", /redirect \(301\)/],
    [103 + 100, "", "not-kubernetes", /not JSON|broken, cut off or empty/],
  ])("with status %i and body %j is %s", async (status, body, code, message, headers = {}) => {
    await using server = await serve((_seen, response) => {
      if (typeof body === "string") response.writeHead(status, headers).end(body);
      else json(response, body, status, headers);
    });
    await using cluster = openAt(server.url);
    const error = await failure(listAll(cluster));
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^cluster "prod" [^\n]+$/);
    expect(error).toMatchObject({ code, cluster: "prod" });
    expect(error.retryAfterMs).toBe(headers["retry-after"] === undefined ? undefined : 60_000);
  });

  test("to a question for one object names the verb get and the resource of that object", async () => {
    await using server = await serve((_seen, response) => json(response, {}, 403));
    await using cluster = openAt(server.url);
    const error = await failure(cluster.get(JOBS, "ml", "j1", SIGNAL));
    expect(error.message).toMatch(
      /get jobs\.batch in namespace "ml" .*verb "get" on resource "jobs" of apiGroup "batch"/,
    );
  });

  test("about the core group names it as Kubernetes does", async () => {
    const resource = { group: "", version: "v1", kind: "Pod", plural: "pods" };
    await using server = await serve((_seen, response) => void response.writeHead(404).end("404 page not found"));
    await using cluster = openAt(server.url);
    expect((await failure(listAll(cluster, { resource }))).message).toMatch(/has no pods in v1 \(404\)/);
  });

  test("is read no further than its message needs", async () => {
    await using server = await serve((_seen, response) => void response.writeHead(500).end("x".repeat(20_000_000)));
    await using cluster = openAt(server.url);
    expect((await failure(listAll(cluster))).code).toBe("unavailable");
    expect(cluster.traffic().bytesRead).toBeLessThan(1_000_000);
  });
});

describe("no error shows the token or the address", () => {
  const TOKEN = "tok-5ecret-0123456789";
  const authority = createAuthority();
  const local = authority.issue({ hosts: ["127.0.0.1"] });
  const elsewhere = authority.issue({ hosts: ["api.example.com"] });
  const expired = authority.issue({ hosts: ["127.0.0.1"], notAfter: new Date(0) });
  const echo = async (status: number) =>
    serve(({ headers }, response) => {
      const text = `no access to https://${headers.host}/x at ${headers.host} with ${headers.authorization}, ${TOKEN}`;
      json(response, statusOf(status, "Echo", text), status);
    });
  const byName = async (server: LoopbackServer) => ({
    ...server,
    url: server.url.replace("127.0.0.1", "localhost"),
    host: server.host.replace("127.0.0.1", "localhost"),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  });
  const raw = (text: string) => serveRaw((socket) => socket.end(text));
  const always = (text: string, status = 200) => serve((_seen, response) => void response.writeHead(status).end(text));
  const tls = (issued: typeof local) => serve((_seen, response) => json(response, pageOf([])), issued);
  const nobody = async (): Promise<LoopbackServer> => {
    const host = `127.0.0.1:${await closedPort()}`;
    return { url: `http://${host}`, host, seen: [], connections: 0, [Symbol.asyncDispose]: async () => {} };
  };
  const secure = async () => {
    const server = await serveRaw();
    return {
      ...server,
      url: server.url.replace("http:", "https:"),
      [Symbol.asyncDispose]: server[Symbol.asyncDispose],
    };
  };

  test.each<[string, () => Promise<LoopbackServer>]>([
    ...[400, 401, 403, 404, 409, 410, 422, 429, 500, 503].map((status): [string, () => Promise<LoopbackServer>] => [
      `a ${status} that repeats both`,
      () => echo(status),
    ]),
    ["a 400 that repeats a name", async () => byName(await echo(400))],
    ["a refused connection", nobody],
    ["a reset", () => serve((_seen, response) => response.destroy())],
    ["a page that breaks off", () => serve((_seen, response) => response.write("{", () => response.destroy()))],
    ["what is not HTTP", () => raw("hello\r\n\r\n")],
    ["no answer", () => serve(() => {})],
    ["no connection", secure],
    ["an authority that is not trusted", () => tls(createAuthority().issue({ hosts: ["127.0.0.1"] }))],
    ["a certificate for another host", () => tls(elsewhere)],
    ["a certificate that has expired", () => tls(expired)],
    ["broken JSON", () => always('{"items":')],
    ["a web page", () => always(HTML)],
    ["another kind", () => always('{"kind":"PodList","metadata":{"resourceVersion":"1"},"items":[]}')],
    ["a redirect", () => always("", 302)],
  ])("after %s", async (_what, start) => {
    await using server = await start();
    const timeouts = { headersMs: 50, connectMs: 100 };
    const access = { credentials: staticToken(TOKEN), tls: { ca: authority.ca } };
    await using cluster = openAt(server.url, access, { timeouts });
    const shown = everythingOf(await failure(listAll(cluster)));
    expect(shown).not.toContain(TOKEN);
    expect(shown).not.toContain(server.host);
    expect(shown).not.toMatch(/127\.0\.0\.1|localhost/);
  });
});

import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { noCredentials } from "#cluster/auth/none";
import { openCluster } from "#cluster/http-cluster";
import type { ApiServer } from "#sim/api-server";
import type { ErrorForm, Failure } from "#sim/failures";
import { startSimulation } from "#sim/simulation";
import { ask } from "../../support/recordings.ts";
import { get, label, list, NOW, namesIn, PATH, start, startWith, TFJOBS, tfJobOf } from "./server.ts";

const WATCH = `${PATH}?watch=1&resourceVersion=0&timeoutSeconds=600`;

/** What comes over the wire, to the end of the connection, and how that ended. */
async function wire(server: ApiServer, path: string): Promise<{ text: string; chunks: number; reset: boolean }> {
  const { port } = new URL(server.url);
  const socket = connect(Number(port), "127.0.0.1");
  let text = "";
  let chunks = 0;
  let reset = false;
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    chunks += 1;
  });
  socket.on("error", () => {
    reset = true;
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await once(socket, "close").catch(() => {});
  return { text, chunks, reset };
}

async function wired(failure: Failure, path: string) {
  await using server = await startWith(["a", "b", "c"]);
  server.fail(failure);
  return await wire(server, path);
}

describe("an error on purpose", () => {
  test.each<[ErrorForm, string, object | string]>([
    ["status", "application/json", { kind: "Status", code: 403, reason: "Forbidden" }],
    ["flat", "application/json", { error_code: "CCI.02.403101", error_msg: "Forbidden" }],
    ["nested", "application/json", { error: { code: "APIG.403", message: "Forbidden" } }],
    ["html", "text/html", "<html><body>Forbidden</body></html>\n"],
  ])("has the form %s", async (form, type, body) => {
    await using server = await start();
    server.fail({ status: 403, form });
    const answer = await get(server, PATH);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([403, type]);
    if (typeof body === "string") expect(answer.body).toBe(body);
    else expect(JSON.parse(answer.body)).toMatchObject(body);
  });

  test.each([
    [401, "Unauthorized"],
    [404, "NotFound"],
    [409, "Conflict"],
    [410, "Expired"],
    [415, "UnsupportedMediaType"],
    [422, "Invalid"],
    [503, "ServiceUnavailable"],
  ])("with %i has the reason %s", async (status, reason) => {
    await using server = await start();
    server.fail({ status });
    expect(JSON.parse((await get(server, PATH)).body)).toMatchObject({ code: status, reason });
  });

  test("with 422 has causes", async () => {
    await using server = await start();
    server.fail({ status: 422 });
    expect(JSON.parse((await get(server, PATH)).body).details.causes).toHaveLength(1);
  });
});

describe("a connection", () => {
  test("is reset after as many bytes as are wanted", async () => {
    const { text, reset } = await wired({ resetAfter: 20 }, PATH);
    expect(reset).toBe(true);
    expect(text).toContain("HTTP/1.1 200");
  });

  test("of a watch is reset in the middle of an event", async () => {
    await using server = await startWith(["a"]);
    server.fail({ resetAfter: 30 });
    await expect(get(server, WATCH)).rejects.toThrow();
  });

  test("of a list ends well in the middle of its line", async () => {
    await using server = await startWith(["a"]);
    const whole = (await get(server, PATH)).body;
    server.fail({ halfLine: true });
    const half = (await get(server, PATH)).body;
    expect(whole.startsWith(half)).toBe(true);
    expect(() => JSON.parse(half)).toThrow();
  });

  test("of a watch ends well in the middle of its last event", async () => {
    await using server = await startWith(["a", "b"]);
    server.fail({ halfLine: true });
    const answer = await get(server, WATCH);
    const lines = answer.body.split("\n");
    expect(answer.status).toBe(200);
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0]!)).toMatchObject({ type: "ADDED", object: { metadata: { name: "a" } } });
    expect(lines[1]).toMatch(/^\{"type":"ADDED"/);
    expect(() => JSON.parse(lines[1]!)).toThrow();
  });

  test("is slow, and brings everything in the end", async () => {
    await using server = await startWith(["a", "b"]);
    const whole = (await get(server, PATH)).body;
    server.fail({ slow: { everyMs: 1, bytes: 400 } });
    const { text, chunks } = await wire(server, PATH);
    expect(chunks).toBeGreaterThan(2);
    const [, body = ""] = text.split(/\r\n\r\n(.*)/s);
    expect(body.replace(/\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/g, "").length).toBeGreaterThanOrEqual(
      whole.length - 2,
    );
    server.fail({ slow: { everyMs: 1, bytes: 400 } });
    expect((await get(server, PATH)).body).toBe(whole);
  });

  test("that is slower than its client can wait is left", async () => {
    await using server = await startWith(["a"]);
    server.fail({ slow: { everyMs: 3_600_000, bytes: 1 }, times: 9 });
    const access = { name: "prod", server: server.url, tls: {}, credentials: noCredentials() };
    const cluster = openCluster(access, { timeouts: { headersMs: 30 } });
    const asked = cluster.get(TFJOBS, "ml", "a", new AbortController().signal);
    await expect(asked).rejects.toMatchObject({ code: "timeout" });
    await cluster.close();
  });
});

describe("what is told", () => {
  test("comes in another order from a list", async () => {
    await using server = await startWith(["a", "b", "c"]);
    server.fail({ reorder: true });
    expect(namesIn(await list(server))).toEqual(["c", "b", "a"]);
    expect(namesIn(await list(server))).toEqual(["a", "b", "c"]);
  });

  test("comes in another order from a watch", async () => {
    await using server = await startWith(["a", "b", "c"]);
    server.fail({ reorder: true });
    const lines = (await get(server, WATCH)).body.trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).object.metadata.name)).toEqual(["c", "b", "a"]);
  });

  test("of one job is the job", async () => {
    await using server = await startWith(["a"]);
    server.fail({ reorder: true });
    expect(JSON.parse((await get(server, `${PATH}/a`)).body).metadata.name).toBe("a");
  });

  test("is nothing, where there are jobs", async () => {
    await using server = await startWith(["a", "b", "c"]);
    server.fail({ empty: true });
    const { items, metadata } = await list(server, "?limit=1");
    expect([items, metadata.continue, metadata.remainingItemCount]).toEqual([[], "", undefined]);
    expect(metadata.resourceVersion).toBe(server.resourceVersion);
    expect(namesIn(await list(server))).toEqual(["a", "b", "c"]);
  });
});

test("a token is good until it expires", async () => {
  let now = NOW;
  const users = [{ name: "reader", token: "t-1", expiresAt: NOW + 60_000 }];
  await using server = await start({ now: () => now, users });
  const statusOf = async () => (await ask(server.url, { method: "GET", path: PATH, as: "t-1" })).status;
  expect(await statusOf()).toBe(200);
  now += 60_000;
  expect(await statusOf()).toBe(401);
});

test("a server that was restarted answers 503, 403 and 404 before it is itself again", async () => {
  await using server = await startWith(["a"]);
  server.restart([503, 403, 404]);
  const answers = [await get(server, PATH), await get(server, PATH), await get(server, PATH), await get(server, PATH)];
  expect(answers.map(({ status }) => status)).toEqual([503, 403, 404, 200]);
  expect(answers[0]!.headers.get("retry-after")).toBe("1");
  expect(answers[2]!.body).toBe("404 page not found\n");
});

test.each([-40_000, 40_000])("a controller whose clock is off by %i ms writes its own time", async (skewMs) => {
  await using simulation = await startSimulation({ seed: "skew", now: () => NOW, skewMs, after: () => () => {} });
  const { server, namespaces, resources } = simulation;
  const jobs = resources.flatMap(({ group, version, plural }) =>
    namespaces.map((namespace) => list(server, "", `/apis/${group}/${version}/namespaces/${namespace}/${plural}`)),
  );
  const found = (await Promise.all(jobs)).flatMap(({ items }) => items);
  const offsets = found.flatMap(({ metadata, status }) => {
    const [first] = (status?.conditions ?? []) as { lastTransitionTime: string }[];
    return first === undefined
      ? []
      : [Date.parse(first.lastTransitionTime) - Date.parse(String(metadata.creationTimestamp))];
  });
  expect(offsets.length).toBeGreaterThan(2);
  for (const offset of offsets) expect(Math.abs(offset - skewMs)).toBeLessThan(15_000);
});

describe("the API of CCI", () => {
  const patch = (server: ApiServer, body: object, query = "") =>
    ask(server.url, {
      method: "PATCH",
      path: `${PATH}/a${query}`,
      body,
      headers: { "content-type": "application/merge-patch+json" },
    });

  test("has its fields in the spec itself, drops others without a word, and knows no dry run", async () => {
    await using server = await start({ provider: "cci" });
    server.create(TFJOBS, tfJobOf("a"));
    label(server, "a", { team: "vision" });
    const answer = await patch(
      server,
      { spec: { activeDeadlineSeconds: 60, bogus: 1, runPolicy: { backoffLimit: 1 } } },
      "?dryRun=All&fieldValidation=Strict",
    );
    expect([answer.status, answer.headers.get("warning")]).toEqual([200, null]);
    const { spec } = server.get(TFJOBS, "ml", "a")!;
    expect(spec).toMatchObject({ activeDeadlineSeconds: 60 });
    expect(spec).not.toHaveProperty("bogus");
    expect(spec).not.toHaveProperty("runPolicy");
  });

  test("lists one namespace at a time", async () => {
    await using server = await start({ provider: "cci" });
    expect((await get(server, "/apis/kubeflow.org/v1/tfjobs")).status).toBe(404);
    expect((await get(server, PATH)).status).toBe(200);
  });
});

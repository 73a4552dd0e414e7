import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import { createGzip, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { fixedHeaders } from "#cluster/auth/none";
import { openTransport } from "#cluster/transport";
import { VERSION } from "#version";
import { breakOff, closedPort, json, serveRaw } from "../support/http.ts";
import { ca, over, PROTOCOLS } from "../support/protocols.ts";
import { failure, JOBS, listAll, pageOf, SIGNAL } from "../unit/cluster/open.ts";

const PAGE = pageOf(["a", "b"]);
const TEXT = JSON.stringify(PAGE);

describe.each(PROTOCOLS)("the transport over %s", (protocol) => {
  const { serve, openAt } = over(protocol);

  test("says who it is and what it takes", async () => {
    await using server = await serve((_seen, response) => json(response, PAGE));
    await using cluster = openAt(server.url, { credentials: fixedHeaders({ "x-auth-token": "secret-1" }) });
    await listAll(cluster);
    expect(server.seen[0]!.headers).toMatchObject({
      "user-agent": `jobbell/${VERSION}`,
      accept: "application/json",
      "accept-encoding": "gzip",
      "x-auth-token": "secret-1",
    });
  });

  test.each(["/k8s/clusters/c-1", "/k8s/clusters/c-1/"])("keeps the path of the server's address %s", async (base) => {
    await using server = await serve((_seen, response) => json(response, PAGE));
    await using cluster = openAt(`${server.url}${base}`);
    await listAll(cluster);
    expect(server.seen[0]!.path).toBe("/k8s/clusters/c-1/apis/kubeflow.org/v1/namespaces/ml/tfjobs");
  });

  test("reads a compressed page and counts it uncompressed", async () => {
    await using server = await serve((_seen, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(TEXT));
    });
    await using cluster = openAt(server.url);
    expect((await listAll(cluster)).items).toEqual(PAGE.items);
    expect(cluster.traffic().bytesRead).toBe(TEXT.length);
  });

  test("sends one request after the other on one connection", async () => {
    await using server = await serve((_seen, response) => json(response, PAGE));
    await using cluster = openAt(server.url);
    for (let index = 0; index < 5; index += 1) await listAll(cluster);
    expect(server.connections).toBe(1);
  });

  test("opens no more connections than it may", async () => {
    await using server = await serve((_seen, response) => json(response, PAGE));
    await using cluster = openAt(server.url, {}, { maxSockets: 2 });
    await Promise.all(Array.from({ length: 10 }, () => listAll(cluster)));
    expect(server.seen.length).toBe(10);
    expect(server.connections).toBe(protocol === "HTTP/2" ? 1 : 2);
  });

  test("uses a connection again after an answer that it did not want to read", async () => {
    await using server = await serve((_seen, response) => void response.writeHead(403).end("no"));
    await using cluster = openAt(server.url);
    await failure(listAll(cluster));
    await failure(listAll(cluster));
    expect(server.connections).toBe(1);
  });

  test("takes a new connection where the server closed the kept ones", async () => {
    // The first three requests come at once, so that as many connections are kept as there can be; then each dies with its
    // next request.
    const kept = protocol === "HTTP/2" ? 1 : 3;
    await using server = await serve((seen, response, nth) => {
      if (nth > 3 && nth <= 3 + kept) breakOff(response);
      else json(response, seen.path.endsWith("tfjobs") ? PAGE : {});
    });
    await using cluster = openAt(server.url);
    await Promise.all([listAll(cluster), listAll(cluster), listAll(cluster)]);
    expect((await listAll(cluster)).items).toEqual(PAGE.items);
    expect(server.seen.length).toBe(4 + kept);
  });

  test("does not send again what may have been taken", async () => {
    await using server = await serve(
      (_seen, response, nth) => void (nth === 1 ? response.end("{}") : breakOff(response)),
    );
    const transport = openTransport({ server: server.url, tls: { ca } });
    const request = { method: "PATCH", path: "/x", body: '{"ä":1}', headers: { "content-type": "x" } } as const;
    const first = await transport.send(request, { headers: {} }, SIGNAL);
    for await (const chunk of first.body) expect(chunk.toString()).toBe("{}");
    await expect(transport.send(request, { headers: {} }, SIGNAL)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(server.seen.map(({ headers }) => headers["content-length"])).toEqual(["8", "8"]);
    transport.close();
  });

  test("lets go of a compressed answer that it does not want", async () => {
    const answers = new EventEmitter();
    const left = once(answers, "close");
    await using server = await serve((_seen, response) => {
      response.on("close", () => answers.emit("close"));
      const gzip = createGzip();
      gzip.pipe(response.writeHead(200, { "content-encoding": "gzip" }));
      gzip.write("not JSON");
      gzip.flush();
    });
    await using cluster = openAt(server.url, {}, { timeouts: { idleMs: 3_600_000 } });
    expect((await failure(cluster.get(JOBS, "ml", "a", SIGNAL))).code).toBe("not-kubernetes");
    await left;
  });

  test("follows no redirect", async () => {
    await using elsewhere = await serve((_seen, response) => json(response, PAGE));
    await using server = await serve(
      (_seen, response) => void response.writeHead(302, { location: elsewhere.url }).end(),
    );
    await using cluster = openAt(server.url);
    const error = await failure(listAll(cluster));
    expect(error).toMatchObject({ code: "not-kubernetes" });
    expect(error.message).toContain("redirect (302)");
    expect(elsewhere.seen).toEqual([]);
  });
});

describe.each(PROTOCOLS)("what goes wrong on the way over %s", (protocol) => {
  const { serve, openAt } = over(protocol);

  const answers: [string, (response: ServerResponse) => void, string, RegExp][] = [
    ["no answer", () => {}, "timeout", /began no answer within 0.05 s/],
    [
      "a body that stops",
      (response) => response.write("{"),
      "timeout",
      /stopped in the middle of an answer for 0.05 s/,
    ],
    ["a reset before the answer", (response) => breakOff(response), "unreachable", /closed the connection/],
    [
      "a reset in the middle of a page",
      (response) => response.write(TEXT.slice(0, 30), () => breakOff(response)),
      "unreachable",
      /closed the connection before its answer was complete/,
    ],
    [
      "a page that is shorter than it says",
      (response) => {
        if (!("stream" in response)) response.setHeader("connection", "close");
        response.writeHead(200, { "content-length": 9000 }).end(TEXT);
      },
      "unreachable",
      /closed the connection/,
    ],
    [
      "a compressed page that is cut off",
      (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(TEXT).subarray(0, 40)),
      "unreachable",
      /closed the connection/,
    ],
    [
      "a compressed page that is broken",
      (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(TEXT),
      "not-kubernetes",
      /compression is broken/,
    ],
    [
      "a compression that was not asked for",
      (response) => response.writeHead(200, { "content-encoding": "br" }).end(TEXT),
      "not-kubernetes",
      /compression that was not asked for/,
    ],
    ["too much", (response) => response.end(`{${" ".repeat(5000)}}`), "too-large", /more than 4000 bytes/],
    [
      "too much once it is uncompressed",
      (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(`{${" ".repeat(5_000_000)}}`)),
      "too-large",
      /more than 4000 bytes/,
    ],
  ];

  test.each(answers)("%s is an error that says so", async (_what, answer, code, message) => {
    await using server = await serve((_seen, response) => answer(response));
    const timeouts = code === "timeout" ? { headersMs: 50, idleMs: 50 } : {};
    await using cluster = openAt(server.url, {}, { timeouts, maxBodyBytes: 4000 });
    const error = await failure(listAll(cluster));
    expect(error.message).toMatch(message);
    expect(error).toMatchObject({ code, cluster: "prod" });
  });

  test("an answer that is not HTTP is no Kubernetes", async () => {
    await using server = await serveRaw((socket) => socket.end("220 smtp ready\r\n"));
    await using cluster = openAt(server.url);
    expect(await failure(listAll(cluster))).toMatchObject({ code: "not-kubernetes" });
  });

  test("a port on which nobody listens refuses", async () => {
    await using cluster = openAt(`http://127.0.0.1:${await closedPort()}`);
    const error = await failure(listAll(cluster));
    expect(error.code).toBe("unreachable");
    expect(error.message).toMatch(/refuses connections/);
  });

  test("a name that nobody has does not resolve", async () => {
    await using cluster = openAt("https://no-such-host.invalid:6443");
    const error = await failure(listAll(cluster));
    expect(error.code).toBe("unreachable");
    expect(error.message).toMatch(/does not resolve/);
  });

  test("a connection that is never made times out", async () => {
    await using silent = await serveRaw();
    await using cluster = openAt(silent.url.replace("http:", "https:"), {}, { timeouts: { connectMs: 50 } });
    const error = await failure(listAll(cluster));
    expect(error.code).toBe("timeout");
    expect(error.message).toMatch(/took no connection within 0.05 s/);
  });

  test("a list's timeoutSeconds gives the server that long and ten seconds more", async () => {
    await using server = await serve((_seen, response) => {
      setTimeout(() => json(response, PAGE), 100);
    });
    await using cluster = openAt(server.url, {}, { timeouts: { headersMs: 20 } });
    expect((await failure(listAll(cluster))).code).toBe("timeout");
    expect((await listAll(cluster, { timeoutSeconds: 1 })).items.length).toBe(2);
  });

  test("a body that goes on slowly is no timeout", async () => {
    await using server = await serve((_seen, response) => {
      const parts = TEXT.match(/.{1,20}/g) ?? [];
      const timer = setInterval(() => {
        const part = parts.shift();
        if (part !== undefined) return void response.write(part);
        clearInterval(timer);
        response.end();
      }, 10);
    });
    await using cluster = openAt(server.url, {}, { timeouts: { idleMs: 2_000, headersMs: 2_000 } });
    expect((await listAll(cluster)).items.length).toBe(2);
  });

  test("a token that no header may carry is named, not shown", async () => {
    await using server = await serve((_seen, response) => json(response, PAGE));
    const credentials = fixedHeaders({ authorization: "Bearer two\nlines" });
    await using cluster = openAt(server.url, { credentials });
    const error = await failure(cluster.get(JOBS, "ml", "a", SIGNAL));
    expect(error.code).toBe("credentials");
    expect(error.message).not.toContain("lines");
  });

  test("a request that is under way when the cluster is closed fails", async () => {
    const begun = new EventTarget();
    await using server = await serve(() => void begun.dispatchEvent(new Event("request")));
    await using cluster = openAt(server.url);
    begun.addEventListener("request", () => void cluster.close());
    expect((await failure(listAll(cluster))).code).toBe("unreachable");
  });
});

import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { httpPost, type PostOptions } from "#receivers/post";
import { startWebhook } from "../../support/loopback-receiver.ts";

const forever = new AbortController().signal;
const AN_HOUR = 3_600_000;
const headers = { "webhook-id": "evt_1", "webhook-timestamp": "1" };

function postTo(url: string, options: PostOptions = {}, rest: { headers?: Record<string, string> } = {}) {
  return httpPost({ allowPrivate: true, ...options })({ url: new URL(url), headers, body: "{}", ...rest }, forever);
}

/** A server below HTTP: `talk` has the bare connection. */
async function startSocket(talk: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    talk(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("a post", () => {
  test("returns the status, Retry-After and the answer's beginning", async () => {
    const server = await startWebhook();
    onTestFinished(() => server.close());
    server.answer({ status: 503, headers: { "retry-after": "9" }, body: "é".repeat(100) });
    expect(await postTo(server.url, { maxAnswerBytes: 20 })).toEqual({
      type: "answer",
      status: 503,
      retryAfter: "9",
      body: "é".repeat(10),
    });
  });

  test("uses a connection again", async () => {
    const server = await startWebhook();
    onTestFinished(() => server.close());
    const post = httpPost({ allowPrivate: true });
    for (const _ of "ab") await post({ url: new URL(server.url), headers, body: "{}" }, forever);
    expect(new Set(server.requests.map(({ port }) => port)).size).toBe(1);
  });

  test("looks host names up as it is told", async () => {
    const server = await startWebhook();
    onTestFinished(() => server.close());
    const asked: string[] = [];
    const url = server.url.replace("127.0.0.1", "hooks.example.com");
    const result = await postTo(url, {
      lookup: (host, { all }, found) => {
        asked.push(host);
        if (all) found(null, [{ address: "127.0.0.1", family: 4 }]);
        else found(null, "127.0.0.1", 4);
      },
    });
    expect(result).toMatchObject({ type: "answer", status: 204 });
    expect(asked).toEqual(["hooks.example.com"]);
  });

  test("gives up on a TLS handshake that does not end", async () => {
    const port = await startSocket(() => {});
    const options = { connectTimeoutMs: 50, totalTimeoutMs: AN_HOUR };
    expect(await postTo(`https://127.0.0.1:${port}/`, options)).toEqual({
      type: "failure",
      failure: "timeout",
    });
  });

  test("says that there is no TLS where the server speaks something else", async () => {
    const port = await startSocket((socket) =>
      socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
    );
    expect(await postTo(`https://127.0.0.1:${port}/`)).toEqual({ type: "failure", failure: "tls" });
  });

  test("says that an answer is not HTTP", async () => {
    const port = await startSocket((socket) => socket.once("data", () => socket.end("SSH-2.0-OpenSSH_9.9\r\n")));
    expect(await postTo(`http://127.0.0.1:${port}/`)).toEqual({ type: "failure", failure: "garbled" });
  });

  test("stops reading where an answer is longer than it wants to know", async () => {
    const port = await startSocket((socket) =>
      socket.once("data", () => socket.write(`HTTP/1.1 400 Bad Request\r\n\r\n${"no ".repeat(100_000)}`)),
    );
    const result = await postTo(`http://127.0.0.1:${port}/`, { totalTimeoutMs: AN_HOUR });
    expect(result).toMatchObject({ status: 400, body: expect.stringMatching(/^(?:no ){21845}n$/) });
  });

  test("keeps to the status of an answer whose body is garbled", async () => {
    const port = await startSocket((socket) =>
      socket.once("data", () => {
        const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        socket.write(`${head}2\r\nok\r\n`, () => socket.end("not a chunk\r\n"));
      }),
    );
    expect(await postTo(`http://127.0.0.1:${port}/`)).toMatchObject({ type: "answer", status: 200 });
  });

  test("does not throw for what cannot be sent at all", async () => {
    expect(await postTo("http://127.0.0.1:1/", {}, { headers: { "webhook-id": "a\nb" } })).toEqual({
      type: "failure",
      failure: "unreachable",
    });
  });

  test.each([
    ["EAI_AGAIN", "unresolved"],
    ["ETIMEDOUT", "timeout"],
    ["EHOSTUNREACH", "unreachable"],
    ["EPIPE", "reset"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls"],
    ["CERT_HAS_EXPIRED", "tls"],
  ])("names what the system calls %s: %s", async (code, failure) => {
    const lookup: PostOptions["lookup"] = (_host, _options, found) => found(Object.assign(new Error(), { code }), "");
    expect(await postTo("http://hooks.example.com/", { lookup: lookup! })).toEqual({ type: "failure", failure });
  });
});

import { describe, expect, test } from "vitest";
import { ClusterError } from "#cluster/cluster";
import { errorOfFailure } from "#cluster/network-errors";
import { type HttpRequest, openTransport, type TransportOptions } from "#cluster/transport";
import * as frames from "../support/http2-frames.ts";
import { ca, certificate } from "../support/protocols.ts";
import { everythingOf, SIGNAL } from "../unit/cluster/open.ts";

const GET: HttpRequest = { method: "GET", path: "/x" };
const PATCH: HttpRequest = { method: "PATCH", path: "/x", body: "{}" };
const WHOLE = Buffer.from("whole");

type Does = (socket: frames.FrameSocket, stream: number) => void;

const answer: Does = (socket, stream) => {
  socket.answer(stream);
  socket.send(frames.DATA, stream, WHOLE, frames.END_STREAM);
};
const silent: Does = () => {};
const reset: Does = (socket) => socket.reset();
const end: Does = (socket) => void socket.socket.end();
const refuse: Does = (socket, stream) => socket.send(frames.RST_STREAM, stream, frames.uint32(7));
const calm: Does = (socket, stream) => socket.send(frames.RST_STREAM, stream, frames.uint32(11));
const goAway =
  (lastStream: number, code: number): Does =>
  (socket) =>
    socket.send(frames.GOAWAY, 0, frames.goaway(lastStream, code));

/** A server that does one thing after the other, one a request, and answers those that come after. `pings` tells whether a connection is alive. */
async function serveSteps(steps: readonly Does[], pings: (connection: number) => boolean = () => true) {
  const seen: number[] = [];
  const server = await frames.serveFrames(certificate, ({ type, flags, stream, payload }, socket, connection) => {
    if (type === frames.PING && flags !== frames.ACK && pings(connection))
      socket.send(frames.PING, 0, payload, frames.ACK);
    if (type !== frames.HEADERS) return;
    seen.push(connection);
    (steps[seen.length - 1] ?? answer)(socket, stream);
  });
  return Object.assign(server, { seen });
}

function open(server: string, options: TransportOptions = {}) {
  const transport = openTransport({ server, tls: { ca } }, options);
  const ask = async (request: HttpRequest): Promise<string> => {
    const { body } = await transport.send(request, { headers: {} }, SIGNAL);
    let text = "";
    for await (const chunk of body) text += chunk;
    return text;
  };
  return { ask, transport, [Symbol.dispose]: () => transport.close() };
}

describe("what is sent again, on which connection", () => {
  test.each<readonly [string, HttpRequest, readonly Does[], readonly number[]]>([
    ["a GET that is refused unseen", GET, [refuse], [1, 2]],
    ["a PATCH that is refused unseen", PATCH, [refuse], [1, 2]],
    ["a GET on a connection that has had enough", GET, [calm], [1, 2]],
    ["a PATCH that came after the last one that is looked at", PATCH, [goAway(0, 0)], [1, 2]],
    ["the same, with an error", PATCH, [goAway(0, 11)], [1, 2]],
    ["a GET on a kept connection that ends", GET, [answer, end], [1, 1, 2]],
    ["a GET on a kept connection that is reset", GET, [answer, reset], [1, 1, 2]],
    ["a GET on a kept connection that breaks off with an error", GET, [answer, goAway(3, 2)], [1, 1, 2]],
  ])("%s", async (_what, request, steps, connections) => {
    await using server = await serveSteps(steps);
    using client = open(server.url);
    for (const _ of steps) if (server.seen.length < connections.length) expect(await client.ask(request)).toBe("whole");
    expect(server.seen).toEqual(connections);
  });
});

describe("what is not sent again", () => {
  test.each<readonly [string, HttpRequest, readonly Does[], number]>([
    ["a PATCH on a kept connection that ends", PATCH, [answer, end], 2],
    ["a PATCH on a kept connection that is reset", PATCH, [answer, reset], 2],
    ["a PATCH that may have been looked at", PATCH, [answer, goAway(3, 2)], 2],
    ["a PATCH on a connection that has had enough", PATCH, [calm], 1],
    ["a GET on a new connection that ends", GET, [end], 1],
    ["a GET that the server fails at", GET, [(socket, id) => socket.send(frames.RST_STREAM, id, frames.uint32(2))], 1],
    ["a GET that the server cancels", GET, [(socket, id) => socket.send(frames.RST_STREAM, id, frames.uint32(8))], 1],
    ["a GET that is refused three times", GET, [refuse, refuse, refuse], 3],
  ])("%s", async (_what, request, steps, requests) => {
    await using server = await serveSteps(steps);
    using client = open(server.url);
    if (steps[0] === answer) await client.ask(request);
    const error = errorOfFailure("prod", await client.ask(request).catch((reason: unknown) => reason));
    expect(error.code).toBe("unreachable");
    expect(error.message).toMatch(/closed the connection before its answer was complete/);
    expect(everythingOf(error)).not.toContain("127.0.0.1");
    expect(server.seen.length).toBe(requests);
  });
});

describe("half an answer is none, where", () => {
  test.each<readonly [string, Does]>([
    ["the connection ends", end],
    ["the connection is reset", reset],
    ["the server cancels it", (socket, stream) => socket.send(frames.RST_STREAM, stream, frames.uint32(8))],
    ["the server fails at it", (socket, stream) => socket.send(frames.RST_STREAM, stream, frames.uint32(2))],
    ["the server goes away with an error", goAway(1, 2)],
    ["a frame is no frame", (socket) => void socket.socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ])("%s", async (_what, breakOff) => {
    const sockets: frames.FrameSocket[] = [];
    await using broken = await frames.serveFrames(certificate, ({ type, stream }, socket) => {
      if (type !== frames.HEADERS) return;
      sockets.push(socket);
      socket.answer(stream);
      socket.send(frames.DATA, stream, WHOLE.subarray(0, 2));
    });
    using client = open(broken.url);
    const { body } = await client.transport.send(GET, { headers: {} }, SIGNAL);
    const read: string[] = [];
    const reading = (async () => {
      for await (const chunk of body) {
        read.push(chunk.toString());
        breakOff(sockets[0]!, 1);
      }
    })();
    const error = errorOfFailure("prod", await reading.then(() => undefined).catch((reason: unknown) => reason));
    expect(read).toEqual(["wh"]);
    expect(error).toBeInstanceOf(ClusterError);
    expect(error.message).toMatch(/closed the connection before|not HTTP/);
  });
});

test("what does not speak in frames is no Kubernetes", async () => {
  await using server = await serveSteps([(socket) => void socket.socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")]);
  using client = open(server.url);
  const error = errorOfFailure("prod", await client.ask(GET).catch((reason: unknown) => reason));
  expect(error.code).toBe("not-kubernetes");
});

test("what began before a server goes away comes to its end, and what begins after has another connection", async () => {
  const begun = Promise.withResolvers<frames.FrameSocket>();
  await using server = await serveSteps([
    (socket, stream) => {
      socket.answer(stream);
      socket.send(frames.GOAWAY, 0, frames.goaway(0x7fffffff, 0));
      begun.resolve(socket);
    },
  ]);
  using client = open(server.url);
  const first = client.ask({ ...GET, pool: "watch" });
  const socket = await begun.promise;
  // The server's word is read with the next turn at the latest.
  while (server.connections < 2) await client.ask(GET);
  socket.send(frames.DATA, 1, WHOLE, frames.END_STREAM);
  expect(await first).toBe("whole");
});

describe("a connection that has died without a word", () => {
  function clock() {
    let now = Date.parse("2026-11-21T00:00:00Z");
    return { now: () => now, pass: (ms: number) => (now += ms) };
  }

  test.each([91_000, -91_000])("is not used again after %i ms by the clock", async (ms) => {
    await using server = await serveSteps([answer, silent]);
    const { now, pass } = clock();
    using client = open(server.url, { now });
    await client.ask(GET);
    pass(ms);
    server.seen.length = 0;
    server.seen.push(0, 0);
    expect(await client.ask(PATCH)).toBe("whole");
    expect(server.seen.at(-1)).toBe(2);
  });

  test("is used again after a while in which it lives", async () => {
    await using server = await serveSteps([]);
    const { now, pass } = clock();
    using client = open(server.url, { now });
    for (const ms of [1000, 6000, 89_000]) {
      await client.ask(PATCH);
      pass(ms);
      await client.ask(GET);
    }
    expect(server.connections).toBe(1);
  });

  test("is found out by a PING, and a GET is sent again elsewhere", async () => {
    await using server = await serveSteps([answer, silent], (connection) => connection !== 1);
    const { now, pass } = clock();
    using client = open(server.url, { now, timeouts: { connectMs: 200 } });
    await client.ask(GET);
    pass(6000);
    expect(await client.ask(GET)).toBe("whole");
    expect(server.seen).toEqual([1, 1, 2]);
  });

  test("is found out by a PING before it takes a PATCH", async () => {
    await using server = await serveSteps([answer], (connection) => connection !== 1);
    const { now, pass } = clock();
    using client = open(server.url, { now, timeouts: { connectMs: 200 } });
    await client.ask(PATCH);
    pass(6000);
    expect(await client.ask(PATCH)).toBe("whole");
    expect(server.seen).toEqual([1, 2]);
  });

  test("takes no further request once one got no answer in time", async () => {
    await using server = await serveSteps([silent]);
    using client = open(server.url, { timeouts: { headersMs: 50 } });
    await expect(client.ask(GET)).rejects.toMatchObject({ code: "headers-timeout" });
    expect(await client.ask(GET)).toBe("whole");
    expect(server.seen).toEqual([1, 2]);
  });

  test("takes no further request once an answer stopped in its middle", async () => {
    await using server = await serveSteps([(socket, stream) => socket.answer(stream)]);
    using client = open(server.url, { timeouts: { idleMs: 50 } });
    await expect(client.ask(GET)).rejects.toMatchObject({ code: "idle-timeout" });
    expect(await client.ask(GET)).toBe("whole");
    expect(server.seen).toEqual([1, 2]);
  });
});

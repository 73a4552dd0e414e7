import { execFile } from "node:child_process";
import { EventEmitter, once } from "node:events";
import type { Http2ServerResponse, SecureServerOptions } from "node:http2";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { ClusterAccess, Proof } from "#cluster/access";
import type { HttpRequest, Transport, TransportOptions } from "#cluster/transport";
import { openTransport } from "#cluster/transport";
import { type Answer, json, serve } from "../support/http.ts";
import { ca, certificate } from "../support/protocols.ts";
import { createAuthority } from "../support/tls.ts";
import { openConfigured } from "../unit/cluster/auth/configured.ts";
import { connectProxy } from "../unit/cluster/auth/connect-proxy.ts";
import { failure, listAll, openAt, pageOf, SIGNAL, TFJOBS } from "../unit/cluster/open.ts";

const NOBODY: Proof = { headers: {} };
const GET: HttpRequest = { method: "GET", path: "/x" };
const WATCH: HttpRequest = { ...GET, pool: "watch" };

/** A server of both protocols, whichever the client wants. */
const both = (answer: Answer, http2: SecureServerOptions = {}) => serve(answer, { ...certificate, http2 });
const old = (answer: Answer) => serve(answer, certificate);
const page: Answer = (_seen, response) => json(response, pageOf(["a"]));

function open(server: string, options: TransportOptions = {}, access: Partial<ClusterAccess> = {}) {
  const transport = openTransport({ server, tls: { ca }, ...access }, options);
  return Object.assign(transport, { [Symbol.dispose]: () => transport.close() });
}

async function ask(transport: Transport, request = GET, proof = NOBODY): Promise<string> {
  const { body } = await transport.send(request, proof, SIGNAL);
  let text = "";
  for await (const chunk of body) text += chunk;
  return text;
}

const times = <T>(count: number, act: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => act(index));

/** An answer whose head is there, and whose body goes on. */
const hold: Answer = (_seen, response) => response.writeHead(200).flushHeaders();

describe("which protocol is spoken", () => {
  test("is agreed on once, by however many begin together, on the connection that they all use", async () => {
    await using server = await both((seen, response, nth) =>
      (seen.query.has("watch") ? hold : page)(seen, response, nth),
    );
    await using cluster = openAt(server.url, { tls: { ca } });
    const query = { resource: TFJOBS, namespace: "ml", resourceVersion: "1", timeoutSeconds: 30 };
    const watching = times(20, () => cluster.watch(query, () => undefined, SIGNAL));
    await Promise.all([...times(20, () => listAll(cluster)), ...watching]);
    expect(server.connections).toBe(1);
    expect(new Set(server.seen.map(({ version }) => version))).toEqual(new Set(["2.0"]));
    for (const stream of await Promise.all(watching)) stream.close();
  });

  test("is HTTP/1.1 where the server wants that, on the connection on which it said so", async () => {
    await using server = await old(page);
    using transport = open(server.url);
    for (const _ of times(3, Number)) await ask(transport);
    expect(server.connections).toBe(1);
    expect(server.seen.map(({ version }) => version)).toEqual(["1.1", "1.1", "1.1"]);
  });

  test("is HTTP/1.1 where the configuration wants nothing else", async () => {
    await using server = await both(page);
    const entry = `server: "${server.url}", auth: { token: abc }, tls: { ca: ${JSON.stringify(ca)} }`;
    for (const more of ["", ", http2: false"]) {
      await using cluster = await openConfigured(`${entry}${more}`);
      await listAll(cluster);
    }
    expect(server.seen.map(({ version }) => version)).toEqual(["2.0", "1.1"]);
  });

  test("is agreed on within a proxy's tunnel, with the server itself", async () => {
    await using server = await both(page);
    await using proxy = await connectProxy();
    using transport = open(server.url, {}, { proxy: proxy.url });
    await Promise.all(times(5, () => ask(transport)));
    expect(proxy.seen).toEqual([server.host]);
    expect(server.seen.map(({ version }) => version)).toEqual(times(5, () => "2.0"));
  });

  test("follows a server that comes back with another one", async () => {
    const way = { leadsTo: "" };
    await using proxy = await connectProxy(way);
    using transport = open("https://127.0.0.1:1", {}, { proxy: proxy.url });
    for (const start of [both, old, both, both, old]) {
      await using server = await start(page);
      way.leadsTo = server.host;
      await ask(transport);
      expect(server.seen.map(({ version }) => version)).toEqual([start === both ? "2.0" : "1.1"]);
    }
  });

  test("is HTTP/1.1 from then on where the server says by HTTP/2 that it wants that", async () => {
    await using server = await both((seen, response, nth) => {
      if (seen.version === "2.0") (response as unknown as Http2ServerResponse).stream.close(13);
      else page(seen, response, nth);
    });
    using transport = open(server.url);
    await ask(transport, { method: "POST", path: "/x", body: "{}" });
    await ask(transport);
    expect(server.seen.map(({ version }) => version)).toEqual(["2.0", "1.1", "1.1"]);
  });

  test.each([both, old])("changes nothing of what is signed", async (start) => {
    await using server = await start(page);
    using transport = open(`${server.url}/base/`);
    const signed: unknown[] = [];
    const sign: NonNullable<Proof["sign"]> = (unsigned) => {
      signed.push(unsigned);
      return { "X-Signature": "abc" };
    };
    await ask(transport, { method: "PATCH", path: "/x?a=b+c", body: "{}" }, { headers: { "X-Token": "t" }, sign });
    expect(signed).toEqual([{ method: "PATCH", host: server.host, path: "/base/x?a=b%20c", body: "{}" }]);
    expect(server.seen[0]!.headers).toMatchObject({ host: server.host, "x-signature": "abc", "x-token": "t" });
  });
});

describe("a client's certificate", () => {
  const authority = createAuthority();
  const mutual = { ca: authority.ca, requestCert: true, rejectUnauthorized: true };
  const named = (subject: string): Proof => ({ headers: {}, ...authority.issue({ subject }) });

  test("belongs to its connections: those of another one are never used", async () => {
    await using server = await both(page, mutual);
    using transport = open(server.url);
    const [ann, bob] = [named("ann"), named("bob")];
    for (const proof of [ann, ann, bob, bob]) await ask(transport, GET, proof);
    expect(server.seen.map(({ client, version }) => `${client} ${version}`)).toEqual([
      ...times(2, () => "ann 2.0"),
      ...times(2, () => "bob 2.0"),
    ]);
    expect(server.connections).toBe(2);
  });

  test("that is renewed lets go on what began before", async () => {
    const begun = new EventEmitter();
    await using server = await both((seen, response, nth) => {
      if (nth > 1) return page(seen, response, nth);
      begun.once("end", () => response.end("whole"));
      hold(seen, response, nth);
    }, mutual);
    using transport = open(server.url);
    const watched = await transport.send(WATCH, named("ann"), SIGNAL);
    await ask(transport, GET, named("bob"));
    begun.emit("end");
    let text = "";
    for await (const chunk of watched.body) text += chunk;
    expect(text).toBe("whole");
  });
});

describe("a server's limit of streams", () => {
  test.each([1, 3])("of %i makes further connections, so that no watch and no list waits for a watch", async (most) => {
    await using server = await both(
      (seen, response, nth) => (seen.query.has("watch") ? hold : page)(seen, response, nth),
      { settings: { maxConcurrentStreams: most } },
    );
    using transport = open(server.url);
    const watches = await Promise.all(times(7, () => transport.send({ ...WATCH, path: "/x?watch=1" }, NOBODY, SIGNAL)));
    await ask(transport);
    expect(watches.map(({ status }) => status)).toEqual(times(7, () => 200));
    expect(server.connections).toBeGreaterThanOrEqual(Math.ceil(8 / most));
    expect(server.connections).toBeLessThanOrEqual(8);
  });

  test("is not what bounds requests that are no watches", async () => {
    let inside = 0;
    let most = 0;
    await using server = await both((seen, response, nth) => {
      inside += 1;
      most = Math.max(most, inside);
      hold(seen, response, nth);
      setTimeout(() => {
        inside -= 1;
        response.end();
      }, 5);
    });
    using transport = open(server.url, { maxSockets: 3 });
    await Promise.all(times(20, () => ask(transport)));
    expect(most).toBe(3);
  });
});

describe("on one connection", () => {
  test("a large watch that nobody reads stops no other answer", async () => {
    const full = new EventEmitter();
    const filled = once(full, "full");
    let written = 0;
    const large = JSON.stringify({ text: "x".repeat(4_000_000) });
    await using server = await both((seen, response) => {
      if (!seen.query.has("watch")) return void response.end(large);
      response.writeHead(200);
      // Until no more is taken: as much as the windows hold is under way then.
      const write = () => {
        do written += 65_536;
        while (response.write(Buffer.alloc(65_536)));
        const timer = setTimeout(() => full.emit("full"), 200);
        response.once("drain", () => {
          clearTimeout(timer);
          write();
        });
      };
      write();
    });
    using transport = open(server.url);
    const unread = await transport.send({ ...WATCH, path: "/x?watch=1" }, NOBODY, SIGNAL);
    await filled;
    expect(written).toBeLessThan(4_000_000);
    expect(await ask(transport)).toBe(large);
    expect(server.connections).toBe(1);
    for await (const _ of unread.body) break;
  });

  test("an answer that is left ends its own stream, and is cancelled", async () => {
    const closed = new EventEmitter();
    const answers: Http2ServerResponse[] = [];
    await using server = await both((seen, response, nth) => {
      const answer = response as unknown as Http2ServerResponse;
      answers.push(answer);
      answer.stream.once("close", () => closed.emit("close", answer.stream.rstCode));
      hold(seen, response, nth);
      response.write("first");
    });
    using transport = open(server.url);
    const [left, kept] = await Promise.all([
      transport.send(WATCH, NOBODY, SIGNAL),
      transport.send(WATCH, NOBODY, SIGNAL),
    ]);
    const ended = once(closed, "close");
    for await (const _ of left.body) break;
    expect(await ended).toEqual([8]);
    for (const answer of answers) if (!answer.stream.destroyed) answer.end(", and last");
    let text = "";
    for await (const chunk of kept.body) text += chunk;
    expect(text).toBe("first, and last");
    expect(server.connections).toBe(1);
  });

  test("who gives up ends its own stream", async () => {
    await using server = await both((seen, response, nth) =>
      (seen.path === "/held" ? hold : page)(seen, response, nth),
    );
    using transport = open(server.url);
    const stop = new AbortController();
    const { body } = await transport.send({ ...WATCH, path: "/held" }, NOBODY, stop.signal);
    const reading = (async () => {
      for await (const _ of body);
    })();
    stop.abort();
    await expect(reading).rejects.toThrow();
    await ask(transport);
    expect(server.connections).toBe(1);
  });
});

test("who gives up while a connection is made stops nobody who waits for it too", async () => {
  await using server = await both(page);
  using transport = open(server.url);
  const stop = new AbortController();
  const first = transport.send(GET, NOBODY, stop.signal);
  const second = ask(transport);
  await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error("enough"));
  await expect(first).rejects.toThrow("enough");
  await second;
  expect(server.connections).toBe(1);
});

test("a request that waits for its turn is given up at once", async () => {
  await using server = await both(hold);
  using transport = open(server.url, { maxSockets: 1 });
  await transport.send(GET, NOBODY, SIGNAL);
  const stop = new AbortController();
  const waiting = transport.send(GET, NOBODY, stop.signal);
  stop.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  expect(server.seen.length).toBe(1);
});

test("a connection that nobody uses keeps no process alive, nor does one that was made over HTTP/1.1", async () => {
  await using newer = await both(page);
  await using older = await old(page);
  const script = `
    const { openTransport } = await import("#cluster/transport");
    for (const server of ${JSON.stringify([newer.url, older.url])}) {
      const transport = openTransport({ server, tls: { insecure: true } });
      const { body } = await transport.send({ method: "GET", path: "/x" }, { headers: {} }, new AbortController().signal);
      for await (const _ of body);
    }`;
  const options = ["--conditions=jobbell-source", "--input-type=module", "-e", script];
  await promisify(execFile)(process.execPath, options, { env: { ...process.env, NODE_OPTIONS: "" } });
  expect([...newer.seen, ...older.seen].map(({ version }) => version)).toEqual(["2.0", "1.1"]);
});

test("what is under way when all is closed fails, and is not sent again", async () => {
  const begun = new EventEmitter();
  await using server = await both((seen, response, nth) => {
    if (nth === 1) return page(seen, response, nth);
    begun.emit("request");
  });
  await using cluster = openAt(server.url, { tls: { ca } });
  await listAll(cluster);
  begun.once("request", () => void cluster.close());
  expect((await failure(listAll(cluster))).code).toBe("unreachable");
  expect(server.seen.length).toBe(2);
});

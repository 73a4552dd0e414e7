import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { httpPost, type Post, type PostOptions } from "#receivers/post";
import type { Outcome, Receiver } from "#receivers/receiver";
import type { Wording } from "#words/words";
import { hostileDigest, hostileEvent, jobEvent, storm } from "../support/events.ts";
import type { Loopback } from "../support/loopback-receiver.ts";
import { hostileWording } from "../support/wordings.ts";

export interface ReceiverSetup {
  /** A server that holds the rules of the receiver's service. */
  startServer(): Promise<Loopback>;
  receiver(options: {
    readonly name: string;
    readonly url: string;
    readonly post: Post;
    readonly messages?: Wording;
  }): Receiver;
  /** What a body does besides being read, where people read it: mentions, links, formatting. */
  effects?(body: string): readonly string[];
  /** People read it: its receiver is made with `digestAbove: 20`. */
  readonly digests?: true;
  /** What no outcome may repeat, beside the address. */
  readonly secrets: readonly string[];
  /** What a 2xx says that means success, where the status alone does not: what cannot be read is then tried again. */
  readonly success?: string;
}

const NOW = Date.UTC(2026, 10, 21, 2, 17, 12);
const IN_90_SECONDS = new Date(NOW + 90_000).toUTCString();
const forever = new AbortController().signal;
const loopback = (options: PostOptions) => httpPost({ ...options, allowPrivate: true });

/** What every receiver promises, whatever it says and to whom. */
export function receiverContract(kind: string, setup: ReceiverSetup): void {
  async function start(post: Post = loopback({ totalTimeoutMs: 5_000 })) {
    const server = await setup.startServer();
    onTestFinished(() => server.close());
    const make = (url: string, messages?: Wording) =>
      setup.receiver({ name: "alerts", url, post, ...(messages && { messages }) });
    return { server, make, receiver: make(server.url) };
  }

  function hidden(url: string): readonly string[] {
    const { host, hostname, port, pathname } = new URL(url);
    const segments = pathname.split("/").filter((segment) => segment.length > 8);
    const path = pathname === "/" ? [] : [pathname];
    return [url, host, hostname, port, ...path, ...segments, ...setup.secrets];
  }

  function expectNoSecret(outcome: Outcome, url: string): void {
    if (outcome.state === "delivered") return;
    expect(hidden(url).filter((secret) => outcome.reason.toLowerCase().includes(secret.toLowerCase()))).toEqual([]);
    expect(outcome.reason).toMatch(/^[^\p{Cc}]{1,320}$/u);
  }

  describe(`${kind} receiver`, () => {
    test("delivers an event that its service accepts", async () => {
      const { server, receiver } = await start();
      expect(receiver).toMatchObject({ name: "alerts", kind });
      expect(await receiver.send(jobEvent(), NOW, forever)).toMatchObject({ state: "delivered" });
      expect(server.accepted).toHaveLength(1);
    });

    test("says who posts and how long the body is", async () => {
      const { server, receiver } = await start();
      await receiver.send(jobEvent({ message: "déjà vu 🔁" }), NOW, forever);
      const { headers, body } = server.requests[0]!;
      expect(headers["user-agent"]).toMatch(/^jobbell\/\d/);
      expect(headers["content-length"]).toBe(String(Buffer.byteLength(body)));
    });

    test.each([
      [200, "delivered", false],
      [202, "delivered", false],
      [204, "delivered", false],
      [301, "dead", false],
      [302, "dead", false],
      [307, "dead", false],
      [308, "dead", false],
      [400, "dead", false],
      [401, "dead", false],
      [403, "dead", false],
      [404, "dead", false],
      [408, "retry", false],
      [410, "dead", false],
      [413, "dead", false],
      [422, "dead", false],
      [425, "retry", false],
      [429, "retry", true],
      [500, "retry", false],
      [502, "retry", false],
      [503, "retry", false],
      [504, "retry", false],
    ] as const)("an answer of %i is %s (throttled: %s)", async (status, state, throttled) => {
      const { server, receiver } = await start();
      const isSilent = status === 204 && setup.success !== undefined;
      server.answer({ status, ...(status < 300 && !isSilent && { body: setup.success ?? "" }) });
      const outcome = await receiver.send(jobEvent(), NOW, forever);
      expect(outcome.state).toBe(isSilent ? "retry" : state);
      expect("throttled" in outcome).toBe(throttled);
      expectNoSecret(outcome, server.url);
    });

    test.each([
      [429, "7", 7_000, true],
      [429, IN_90_SECONDS, 90_000, true],
      [503, "7", 7_000, true],
      [500, "7", 7_000, false],
      [503, "31536000", 86_400_000, true],
      [503, "soon", undefined, false],
    ])("an answer of %i with Retry-After: %s asks to wait %s ms", async (status, header, retryAfterMs, throttled) => {
      const { server, receiver } = await start();
      server.answer({ status, headers: { "retry-after": header } });
      const outcome = await receiver.send(jobEvent(), NOW, forever);
      expect(outcome).toMatchObject({ state: "retry", ...(retryAfterMs && { retryAfterMs }) });
      expect("throttled" in outcome).toBe(throttled);
      expect("retryAfterMs" in outcome).toBe(retryAfterMs !== undefined);
    });

    test("follows no redirect", async () => {
      const { server, receiver } = await start();
      server.answer({ status: 307, headers: { location: server.url } });
      expect(await receiver.send(jobEvent(), NOW, forever)).toMatchObject({
        state: "dead",
        reason: expect.stringContaining("redirects are not followed"),
      });
      expect(server.requests).toHaveLength(1);
    });

    test("a receiver that is gone is dead, and the reason says so", async () => {
      const { server, receiver } = await start();
      server.answer({ status: 410 });
      expect(await receiver.send(jobEvent(), NOW, forever)).toMatchObject({
        state: "dead",
        reason: expect.stringContaining("the receiver is gone"),
      });
    });

    test("a broken connection is tried again", async () => {
      const { server, receiver } = await start();
      server.answer("reset");
      const outcome = await receiver.send(jobEvent(), NOW, forever);
      expect(outcome.state).toBe("retry");
      expectNoSecret(outcome, server.url);
    });

    test("a server that is down is tried again", async () => {
      const { server, receiver } = await start();
      await server.close();
      const outcome = await receiver.send(jobEvent(), NOW, forever);
      expect(outcome).toMatchObject({ state: "retry", reason: "the receiver refused the connection" });
    });

    test("a server that never answers is tried again", async () => {
      const { server, receiver } = await start(loopback({ totalTimeoutMs: 100 }));
      server.answer("hang");
      const outcome = await receiver.send(jobEvent(), NOW, forever);
      expect(outcome).toMatchObject({ state: "retry", reason: "the receiver did not answer in time" });
    });

    test("a host that has no address, or no TLS, is tried again and not named", async () => {
      const nowhere = Object.assign(new Error("getaddrinfo ENOTFOUND secret-host.example"), { code: "ENOTFOUND" });
      const { server, make } = await start(loopback({ lookup: (_host, _options, found) => found(nowhere, "") }));
      for (const url of [
        server.url.replace("127.0.0.1", "secret-host.example"),
        server.url.replace("http:", "https:"),
      ]) {
        const outcome = await make(url).send(jobEvent(), NOW, forever);
        expect(outcome.state).toBe("retry");
        expectNoSecret(outcome, url);
      }
    });

    test("a success whose body breaks off or never ends is delivered, unless the body decides", async () => {
      const { server, receiver } = await start(loopback({ totalTimeoutMs: 200 }));
      const answers = ["broken-body", "endless", { status: 200, body: "x".repeat(1_000_000) }] as const;
      server.answer(...answers);
      const state = setup.success === undefined ? "delivered" : "retry";
      for (const _ of answers) expect(await receiver.send(jobEvent(), NOW, forever)).toMatchObject({ state });
      expect(server.requests).toHaveLength(answers.length);
    });

    test("an answer that echoes the address, the request and the secrets is quoted without them", async () => {
      const { server, receiver } = await start();
      const { host, pathname } = new URL(server.url);
      const echoes = [
        `Cannot POST ${pathname}`,
        `<html><body>no route for <b>${server.url}</b></body></html>`,
        JSON.stringify({ error: "denied", url: server.url, escaped: server.url.replaceAll("/", "\\/") }),
        `host ${host.toUpperCase()} is not known, path ${encodeURIComponent(pathname)}`,
        `expected ${setup.secrets.join(" or ")}`,
        `${"\u001b[31m\u0000\n".repeat(50)}${server.url}`,
      ];
      server.answer(...echoes.map((body) => ({ status: 400, body })));
      for (const _ of echoes) {
        const outcome = await receiver.send(jobEvent(), NOW, forever);
        expect(outcome.state).toBe("dead");
        expectNoSecret(outcome, server.url);
      }
    });

    test("nothing is sent to a private address, and the reason does not name it", async () => {
      const { server, receiver } = await start(httpPost());
      const outcome = await receiver.send(jobEvent(), NOW, forever);
      expect(outcome).toMatchObject({ state: "retry", reason: expect.stringContaining("allowPrivate: true") });
      expectNoSecret(outcome, server.url);
      expect(server.requests).toEqual([]);
    });

    test("an answer of megabytes is read at its beginning only", async () => {
      const { server, receiver } = await start();
      server.answer({ status: 400, body: "no ".repeat(2_000_000) });
      const outcome = await receiver.send(jobEvent(), NOW, forever);
      expect(outcome).toMatchObject({ state: "dead", reason: expect.stringContaining("no no no") });
      expectNoSecret(outcome, server.url);
    });

    test("an abort ends an attempt before and during it", async () => {
      const { server, receiver } = await start();
      server.answer("hang");
      const shutdown = new AbortController();
      const attempt = receiver.send(jobEvent(), NOW, shutdown.signal);
      await server.received(1);
      shutdown.abort();
      const stopped = { state: "retry", reason: "stopped before the receiver answered" };
      expect(await attempt).toMatchObject(stopped);
      expect(await receiver.send(jobEvent(), NOW, shutdown.signal)).toMatchObject(stopped);
      expect(server.requests).toHaveLength(1);
    });

    test("every attempt says the same", async () => {
      const { server, receiver } = await start();
      server.answer("lose", { status: 500 });
      const again = jobEvent({ labels: { b: "2", a: "1" } });
      for (const event of [again, again, jobEvent({ labels: { a: "1", b: "2" } })])
        await receiver.send(event, NOW, forever);
      expect(server.requests).toHaveLength(3);
      expect(new Set(server.requests.map(({ body }) => body)).size).toBe(1);
    });

    test("whatever text a cluster sends is accepted by the service", async () => {
      const { receiver } = await start();
      const property = fc.asyncProperty(hostileEvent, async (event) => {
        expect(await receiver.send(event, NOW, forever)).toMatchObject({ state: "delivered" });
      });
      await fc.assert(property, { numRuns: 150 });
    });

    test("whatever a configuration makes of it, in any language, is accepted and does nothing but to be read", async () => {
      const { server, make } = await start();
      const property = fc.asyncProperty(hostileEvent, hostileWording, async (event, messages) => {
        const before = server.requests.length;
        expect(await make(server.url, messages).send(event, NOW, forever)).toMatchObject({ state: "delivered" });
        for (const { body } of server.requests.slice(before)) expect(setup.effects?.(body) ?? []).toEqual([]);
      });
      await fc.assert(property, { numRuns: 150 });
    });
  });

  if (!setup.digests) return;

  describe(`${kind} receiver, in a storm`, () => {
    async function startDigests() {
      const { server, receiver } = await start();
      const { digest } = receiver;
      if (digest === undefined) throw new Error(`a ${kind} receiver has no digest`);
      return { server, digest };
    }

    test("tells of many events in one message that its service accepts", async () => {
      const { server, digest } = await startDigests();
      expect(digest.above).toBe(20);
      expect(await digest.send(storm(37), NOW, forever)).toEqual({ state: "delivered" });
      expect(server.accepted).toHaveLength(1);
    });

    test.each([
      [400, {}, { state: "dead" }],
      [410, {}, { state: "dead" }],
      [500, {}, { state: "retry" }],
      [429, { "retry-after": "7" }, { state: "retry", retryAfterMs: 7_000, throttled: true }],
    ])("an answer of %i means of a digest what it means of an event", async (status, headers, expected) => {
      const { server, digest } = await startDigests();
      server.answer({ status, headers, body: `no ${server.url}` });
      const outcome = await digest.send(storm(37), NOW, forever);
      expect(outcome).toMatchObject(expected);
      expectNoSecret(outcome, server.url);
    });

    test("every attempt at a digest says the same", async () => {
      const { server, digest } = await startDigests();
      server.answer("lose", { status: 500 });
      for (const _ of [1, 2, 3]) await digest.send(storm(37), NOW, forever);
      expect(server.requests).toHaveLength(3);
      expect(new Set(server.requests.map(({ body }) => body)).size).toBe(1);
    });

    test("whatever text a cluster sends, and however much of it, is accepted by the service", async () => {
      const { digest } = await startDigests();
      const property = fc.asyncProperty(hostileDigest, async (many) => {
        expect(await digest.send(many, NOW, forever)).toEqual({ state: "delivered" });
      });
      await fc.assert(property, { numRuns: 100 });
    });
  });
}

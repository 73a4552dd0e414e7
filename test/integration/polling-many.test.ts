import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { poll } from "#polling/poll";
import type { Watch } from "#polling/watch";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import { pause } from "#wiring";
import { type Answer, json } from "../support/http.ts";
import { over } from "../support/protocols.ts";
import { pageOf, SIGNAL, statusOf } from "../unit/cluster/open.ts";
import { WATCH } from "../unit/polling/scene.ts";

const COUNT = 500;
const WATCHES: readonly Watch[] = Array.from({ length: COUNT }, (_, index) => ({
  ...WATCH,
  namespace: `ns-${index}`,
  follow: { resyncMs: 3_600_000 },
}));

/** Answers lists in two pages after a moment, and watches with silence; counts how many of either are open at once. */
function apiServer() {
  const open = { list: 0, watch: 0 };
  const most = { list: 0, watch: 0 };
  const waiting: (() => void)[] = [];
  let watches = 0;
  const begin = (what: keyof typeof open) => {
    open[what] += 1;
    most[what] = Math.max(most[what], open[what]);
  };
  const end = (what: keyof typeof open) => {
    open[what] -= 1;
  };
  /** Two pages; the list is open from the first to the last. */
  const list = (isLast: boolean, response: ServerResponse) => {
    if (isLast) end("list");
    else begin("list");
    setTimeout(() => json(response, pageOf([], isLast ? undefined : "next")), 2);
  };
  const answer: Answer = ({ path, query }, response) => {
    if (path.includes("/ns-14/")) return json(response, statusOf(500, "InternalError", "no"), 500);
    if (!query.has("watch")) return list(query.has("continue"), response);
    begin("watch");
    response.once("close", () => end("watch"));
    watches += 1;
    waiting.push(() => response.writeHead(200).flushHeaders());
    // The slow one is let go when all have come but the one that fails.
    if (!path.includes("/ns-7/")) waiting.pop()?.();
    if (watches === COUNT - 1) for (const each of waiting) each();
  };
  return { most, answer };
}

describe.each([
  ["HTTP/2", 1, 2],
  ["HTTP/1.1 with TLS", 8, COUNT],
  ["HTTP/1.1", 8, COUNT],
] as const)("500 watches in one tick over %s", (protocol, least, most) => {
  test("are looked at side by side, a few lists at a time, none of them held up by a slow or a failing one", async () => {
    const { serve, openAt } = over(protocol);
    const api = apiServer();
    await using server = await serve(api.answer);
    await using cluster = openAt(server.url);
    const store = sqliteStore(":memory:");
    onTestFinished(() => store.close());
    const services = { store, now: Date.now, pause, onEvent: () => {} };
    const statesOf = async () => (await poll(services, () => cluster, WATCHES, SIGNAL)).map(({ state }) => state);
    const expected = WATCHES.map(({ namespace }) => (namespace === "ns-14" ? "failed" : "read"));
    expect(await statesOf()).toEqual(expected);
    expect(api.most.list).toBeGreaterThan(1);
    expect(api.most.list).toBeLessThanOrEqual(8);
    expect(server.connections).toBeLessThanOrEqual(8);
    const before = server.connections;
    expect(await statesOf()).toEqual(expected);
    expect(api.most.list).toBeLessThanOrEqual(8);
    expect(api.most.watch).toBeGreaterThan(32);
    expect(api.most.watch).toBeLessThanOrEqual(64);
    expect(server.connections).toBeGreaterThanOrEqual(least);
    expect(server.connections - before).toBeLessThanOrEqual(most);
  });
});

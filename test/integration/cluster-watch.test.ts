import { EventEmitter, once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import type { Burst, Cluster, WatchQuery, WatchStream } from "#cluster/cluster";
import { startApiServer } from "#sim/api-server";
import { breakOff, json } from "../support/http.ts";
import { over, PROTOCOLS } from "../support/protocols.ts";
import { recording } from "../support/recordings.ts";
import { failure, listAll, pageOf, SIGNAL, statusOf, TFJOBS } from "../unit/cluster/open.ts";

const QUERY: WatchQuery = { resource: TFJOBS, namespace: "ml", resourceVersion: "100", timeoutSeconds: 30 };

const nameOf = (object: unknown) => (object as { metadata: { name: string } }).metadata.name;

function watch(cluster: Cluster, query: Partial<WatchQuery> = {}, signal = SIGNAL): Promise<WatchStream<string>> {
  return cluster.watch({ ...QUERY, ...query }, nameOf, signal);
}

function line(type: string, version: number, object: object = {}, name = `job-${version}`): string {
  const metadata = { namespace: "ml", name, resourceVersion: String(version) };
  return `${JSON.stringify({ type, object: { kind: "TFJob", metadata, ...object } })}\n`;
}

function errorLine(code: number, reason: string): string {
  return `${JSON.stringify({ type: "ERROR", object: statusOf(code, reason, "no") })}\n`;
}

function begin(response: ServerResponse): ServerResponse {
  response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
  return response;
}

/** Beside a protocol's servers and clusters one that tells this to each watch and keeps it open. */
function watchedOver(protocol: (typeof PROTOCOLS)[number]) {
  const { serve, openAt } = over(protocol);
  const telling = (...chunks: readonly (string | Buffer)[]) =>
    serve((_seen, response) => {
      begin(response);
      for (const chunk of chunks) response.write(chunk);
    });
  return { serve, openAt, telling };
}

const wordsOf = ({ events }: Burst<string>) =>
  events.map((event) => (event.type === "bookmark" ? "bookmark" : `${event.type} ${event.object}`));

describe.each(PROTOCOLS)("a watch over %s", (protocol) => {
  const { serve, openAt, telling } = watchedOver(protocol);

  test("asks for what came after a version, with bookmarks and selectors, uncompressed", async () => {
    await using server = await telling();
    await using cluster = openAt(server.url);
    const stream = await watch(cluster, { labelSelector: "team=a", fieldSelector: "metadata.name!=x" });
    stream.close();
    const { path, query, headers } = server.seen[0]!;
    expect(path).toBe("/apis/kubeflow.org/v1/namespaces/ml/tfjobs");
    expect(Object.fromEntries(query)).toEqual({
      ...{ watch: "1", resourceVersion: "100", allowWatchBookmarks: "true", timeoutSeconds: "30" },
      ...{ labelSelector: "team=a", fieldSelector: "metadata.name!=x" },
    });
    expect(headers["accept-encoding"]).toBe("identity");
  });

  test("tells what is replayed, and then that the server is silent", async () => {
    await using server = await telling(line("ADDED", 101), line("MODIFIED", 102) + line("DELETED", 103));
    await using cluster = openAt(server.url);
    const stream = await watch(cluster);
    const burst = await stream.next();
    expect(wordsOf(burst)).toEqual(["added job-101", "modified job-102", "deleted job-103"]);
    expect(burst.state).toBe("quiet");
    expect(burst.events.map(({ resourceVersion }) => resourceVersion)).toEqual(["101", "102", "103"]);
    expect(await stream.next()).toEqual({ events: [], state: "quiet" });
    stream.close();
  });

  test("tells of a bookmark that carries nothing but its version", async () => {
    const bookmark = JSON.stringify({
      type: "BOOKMARK",
      object: { kind: "TFJob", metadata: { resourceVersion: "9" } },
    });
    await using server = await telling(`${bookmark}\n`);
    await using cluster = openAt(server.url);
    const stream = await watch(cluster);
    expect((await stream.next()).events).toEqual([{ type: "bookmark", resourceVersion: "9" }]);
    stream.close();
  });

  test("puts lines together whatever the pieces in which they come", async () => {
    const text = Buffer.from(line("ADDED", 101, {}, "jöb") + line("ADDED", 102, {}, "职"));
    await using server = await serve(async (_seen, response) => {
      begin(response);
      for (const byte of text) {
        response.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    await using cluster = openAt(server.url);
    const stream = await watch(cluster);
    const words: string[] = [];
    for (let state: Burst<string>["state"] = "more"; state !== "ended"; ) {
      const burst = await stream.next();
      words.push(...wordsOf(burst));
      state = burst.state;
    }
    expect(words).toEqual(["added jöb", "added 职"]);
  });

  test("waits for what changes, where it is told to", async () => {
    const opened = new EventEmitter();
    await using server = await serve((_seen, response) => opened.emit("watch", begin(response)));
    await using cluster = openAt(server.url);
    const watched = once(opened, "watch");
    const stream = await watch(cluster);
    const [response] = (await watched) as [ServerResponse];
    const burst = stream.next(20_000);
    setTimeout(() => response.write(line("ADDED", 101)), 300);
    expect(wordsOf(await burst)).toEqual(["added job-101"]);
    stream.close();
  });

  test("hands out thousands of changes in parts, none of them twice or in another order", async () => {
    const versions = Array.from({ length: 3500 }, (_, index) => 101 + index);
    await using server = await telling(versions.map((version) => line("MODIFIED", version)).join(""));
    await using cluster = openAt(server.url);
    const stream = await watch(cluster);
    const bursts: Burst<string>[] = [];
    while (bursts.at(-1)?.state !== "quiet") bursts.push(await stream.next());
    expect(bursts.length).toBeGreaterThan(3);
    expect(bursts.flatMap(({ events }) => events.map((event) => Number(event.resourceVersion)))).toEqual(versions);
    stream.close();
  });

  test("that is closed ends its request", async () => {
    const ended = new EventEmitter();
    await using server = await serve((_seen, response) => {
      begin(response).on("close", () => ended.emit("close"));
    });
    await using cluster = openAt(server.url);
    const closed = once(ended, "close");
    const stream = await watch(cluster);
    stream.close();
    await closed;
    expect((await stream.next()).events).toEqual([]);
  });

  test("takes no connection from lists, however many are open", async () => {
    await using server = await serve((seen, response) => {
      if (seen.query.has("watch")) begin(response);
      else json(response, pageOf(["a"]));
    });
    await using cluster = openAt(server.url, {}, { maxSockets: 1 });
    const streams = await Promise.all(Array.from({ length: 20 }, () => watch(cluster)));
    expect((await listAll(cluster)).items).toHaveLength(1);
    for (const stream of streams) stream.close();
  });

  test("of which nothing is told costs one request and no byte", async () => {
    await using server = await startApiServer({ now: Date.now });
    await using cluster = openAt(server.url);
    const stream = await watch(cluster, { resourceVersion: server.resourceVersion });
    expect(await stream.next()).toEqual({ events: [], state: "quiet" });
    stream.close();
    expect(cluster.traffic()).toEqual({ requests: 1, bytesRead: 0 });
  });
});

describe.each(PROTOCOLS)("what was told over %s before a watch goes wrong is good:", (protocol) => {
  const { serve, openAt, telling } = watchedOver(protocol);

  test.each<readonly [string, (response: ServerResponse) => void, Burst<string>["state"]]>([
    ["its end", (response) => response.end(), "ended"],
    ["a line that breaks off", (response) => response.end(line("ADDED", 102).slice(0, -9)), "broken"],
    ["a line without its end", (response) => response.end(line("ADDED", 102).trimEnd()), "broken"],
    ["a reset", (response) => setTimeout(() => breakOff(response), 20), "broken"],
    ["a version that is too old", (response) => response.write(errorLine(410, "Expired")), "gone"],
    ["another error", (response) => response.write(errorLine(500, "InternalError")), "error"],
    ["what is no JSON", (response) => response.write("<html>\n"), "error"],
    ["an object of another kind", (response) => response.write(line("ADDED", 102, { kind: "Pod" })), "error"],
    ["an object without a version", (response) => response.write(line("ADDED", 102, { metadata: {} })), "error"],
    ["an unknown type", (response) => response.write(line("SYNC", 102)), "error"],
  ])("%s", async (_what, goWrong, state) => {
    await using server = await serve((_seen, response) => {
      begin(response).write(line("ADDED", 101));
      goWrong(response);
    });
    await using cluster = openAt(server.url);
    const stream = await watch(cluster);
    const burst = await stream.next();
    expect(wordsOf(burst)).toEqual(["added job-101"]);
    expect(burst.state === "quiet" ? (await stream.next(5000)).state : burst.state).toBe(state);
    stream.close();
  });

  test("the line of a real server that was restarted", async () => {
    const { body } = recording("errors/watch-too-old-after-restart").response;
    await using server = await telling(String(body));
    await using cluster = openAt(server.url);
    expect(await (await watch(cluster)).next()).toEqual({ events: [], state: "gone" });
  });

  test("an abort", async () => {
    await using server = await telling(line("ADDED", 101));
    await using cluster = openAt(server.url);
    const abort = new AbortController();
    const stream = await watch(cluster, {}, abort.signal);
    expect(wordsOf(await stream.next())).toEqual(["added job-101"]);
    const next = stream.next(20_000);
    abort.abort();
    expect(await next).toEqual({ events: [], state: "broken" });
  });
});

describe.each(PROTOCOLS)("a watch over %s that is refused", (protocol) => {
  const { serve, openAt, telling } = watchedOver(protocol);

  test.each([
    [403, "forbidden"],
    [404, "not-installed"],
    [405, "invalid"],
    [410, "gone"],
    [500, "unavailable"],
  ])("by %i is %s", async (status, code) => {
    await using server = await serve((_seen, response) => json(response, statusOf(status, "", "no"), status));
    await using cluster = openAt(server.url);
    expect(await failure(watch(cluster))).toMatchObject({ code });
  });

  test("for want of a permission says which rule is missing", async () => {
    await using server = await serve((_seen, response) => json(response, statusOf(403, "Forbidden", "no"), 403));
    await using cluster = openAt(server.url);
    const { message } = await failure(watch(cluster));
    expect(message).toContain('verb "watch" on resource "tfjobs" of apiGroup "kubeflow.org"');
  });

  test("since there are too many requests is asked for again when the server says so", async () => {
    await using server = await serve((_seen, response, nth) => {
      if (nth === 1) response.writeHead(429, { "retry-after": "1" }).end("too many");
      else begin(response).end(line("ADDED", 101));
    });
    await using cluster = openAt(server.url);
    expect(wordsOf(await (await watch(cluster)).next())).toEqual(["added job-101"]);
  });

  test("is not asked for when its caller has gone", async () => {
    await using server = await telling();
    await using cluster = openAt(server.url);
    await expect(watch(cluster, {}, AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
    expect(server.seen).toEqual([]);
  });
});

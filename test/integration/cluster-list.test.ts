import { once } from "node:events";
import { Worker } from "node:worker_threads";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PATIENCE } from "#cluster/patience";
import { type Answer, json, serve } from "../support/http.ts";
import { failure, JOBS, listAll, openAt, pageOf, QUERY, SIGNAL, statusOf } from "../unit/cluster/open.ts";

type Page = { status?: number; body: unknown; headers?: Record<string, string> };

/** Answers the requests with these pages, one after the other. */
function script(...pages: readonly Page[]): Answer {
  return (_seen, response, nth) => {
    const { body, status, headers } = pages[nth - 1] ?? { body: "no more", status: 500 };
    json(response, body, status, headers);
  };
}

/** A server in a thread of its own, which counts its requests where this thread can wait for them. */
async function serveElsewhere(pages: readonly unknown[]) {
  const requests = new Int32Array(new SharedArrayBuffer(4));
  const code = `
    const { parentPort, workerData: { pages, requests } } = require("node:worker_threads");
    const server = require("node:http").createServer((request, response) => {
      response.end(JSON.stringify(pages[Atomics.add(requests, 0, 1)]));
      Atomics.notify(requests, 0);
    });
    server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));`;
  const worker = new Worker(code, { eval: true, workerData: { pages, requests } });
  const [port] = await once(worker, "message");
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => void (await worker.terminate()),
  };
}

const GONE = statusOf(410, "Expired", "The provided continue parameter is too old");
const EXPIRED = { status: 410, body: { ...GONE, metadata: { continue: "inconsistent" } } };
const names = (items: readonly unknown[]) =>
  items.map((item) => (item as { metadata: { name: string } }).metadata.name);

describe("a list", () => {
  test.each([
    ["an empty continue", ""],
    ["no continue at all", undefined],
  ])("is read page by page to its end, which is %s", async (_end, end) => {
    await using server = await serve(
      script({ body: pageOf(["a", "b"], "t1") }, { body: pageOf(["c", "d"], "t2") }, { body: pageOf(["e"], end) }),
    );
    await using cluster = openAt(server.url);
    const list = await listAll(cluster);
    expect(names(list.items)).toEqual(["a", "b", "c", "d", "e"]);
    expect(list.resourceVersion).toBe("100");
    expect(server.seen.map(({ query }) => query.get("continue"))).toEqual([null, "t1", "t2"]);
    expect(server.seen.map(({ path }) => path)).toEqual(Array(3).fill("/apis/kubeflow.org/v1/namespaces/ml/tfjobs"));
  });

  test("asks for what the query says, and sends no resourceVersion beside a token", async () => {
    await using server = await serve(script({ body: pageOf(["a"], "t1") }, { body: pageOf(["b"]) }));
    await using cluster = openAt(server.url);
    const selectors = { labelSelector: "team in (a,b),x!=y", fieldSelector: "metadata.name=a" };
    await listAll(cluster, { ...selectors, timeoutSeconds: 7, resourceVersion: "0", limit: 500 });
    const common = { ...selectors, timeoutSeconds: "7", limit: "500" };
    expect(server.seen.map(({ query }) => Object.fromEntries(query))).toEqual([
      { ...common, resourceVersion: "0" },
      { ...common, continue: "t1" },
    ]);
  });

  test("keeps what the reader returns and drops undefined", async () => {
    await using server = await serve(script({ body: pageOf(["a", "b", "c"]) }));
    await using cluster = openAt(server.url);
    const read = (object: unknown) => names([object]).find((name) => name !== "b");
    expect((await cluster.list(QUERY, read, SIGNAL)).items).toEqual(["a", "c"]);
  });

  test("tells its reader when it begins again", async () => {
    await using server = await serve(script({ body: pageOf(["a"], "t1") }, EXPIRED, { body: pageOf(["b"]) }));
    await using cluster = openAt(server.url);
    const seen: unknown[] = [];
    const see = (object: unknown): undefined => void seen.push(...names([object]));
    expect((await cluster.list(QUERY, see, SIGNAL, () => seen.push("again"))).items).toEqual([]);
    expect(seen).toEqual(["a", "again", "b"]);
  });

  test("reads of each object what is asked for, and no more", async () => {
    const page = pageOf(["a"]);
    const items = page.items.map((item) => ({ ...item, spec: { secret: "x" } }));
    await using server = await serve(script({ body: { ...page, items } }));
    await using cluster = openAt(server.url);
    const query = { ...QUERY, fields: { metadata: { name: true } } } as const;
    const { items: read } = await cluster.list(query, (object) => object, SIGNAL);
    expect(read).toEqual([{ metadata: { name: "a" } }]);
  });

  test("goes on after an empty page that names another one", async () => {
    await using server = await serve(
      script({ body: pageOf([], "t1") }, { body: pageOf([], "t2") }, { body: pageOf(["a"]) }),
    );
    await using cluster = openAt(server.url);
    expect(names((await listAll(cluster)).items)).toEqual(["a"]);
  });

  test("that is empty has a version and no items", async () => {
    await using server = await serve(script({ body: pageOf([]) }));
    await using cluster = openAt(server.url);
    expect(await listAll(cluster)).toEqual({ resourceVersion: "100", items: [] });
  });

  test("is the same whatever the size of its pages", async () => {
    const pages = fc.array(fc.array(fc.uuid(), { maxLength: 5 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(pages, async (parts) => {
        const next = (index: number) => (index + 1 < parts.length ? `t${index + 1}` : "");
        await using server = await serve(script(...parts.map((part, index) => ({ body: pageOf(part, next(index)) }))));
        await using cluster = openAt(server.url);
        expect(names((await listAll(cluster)).items)).toEqual(parts.flat());
      }),
      { numRuns: 25 },
    );
  });

  test("is under way to its next page while the reader has this one", async () => {
    await using server = await serveElsewhere([pageOf(["a"], "t1"), pageOf(["b"])]);
    await using cluster = openAt(server.url);
    // The reader holds this thread until the other one has the second request.
    const read = () => Atomics.wait(server.requests, 0, 1, 10_000);
    expect((await cluster.list(QUERY, read, SIGNAL)).items[0]).not.toBe("timed-out");
  });

  test("counts its requests and bytes", async () => {
    const pages = [pageOf(["a"], "t1"), pageOf(["b"])];
    await using server = await serve(script(...pages.map((body) => ({ body }))));
    await using cluster = openAt(server.url);
    await listAll(cluster);
    expect(cluster.traffic()).toEqual({ requests: 2, bytesRead: JSON.stringify(pages).length - "[,]".length });
  });
});

describe("a list whose moment is lost", () => {
  test("starts over without what it had, and without the token that the server offers", async () => {
    await using server = await serve(
      script(
        { body: pageOf(["old"], "t1") },
        EXPIRED,
        { body: pageOf(["a"], "t2", "200") },
        { body: pageOf(["b"], "", "200") },
      ),
    );
    await using cluster = openAt(server.url);
    const list = await listAll(cluster);
    expect(names(list.items)).toEqual(["a", "b"]);
    expect(list.resourceVersion).toBe("200");
    expect(server.seen.map(({ query }) => query.get("continue"))).toEqual([null, "t1", null, "t2"]);
  });

  test("starts over when a page shows another version than the first", async () => {
    await using server = await serve(
      script(
        { body: pageOf(["old"], "t1", "100") },
        { body: pageOf(["new"], "", "101") },
        { body: pageOf(["a"], "t2", "101") },
        { body: pageOf(["b"], "", "101") },
      ),
    );
    await using cluster = openAt(server.url);
    expect(names((await listAll(cluster)).items)).toEqual(["a", "b"]);
  });

  test.each([
    ["expires twice", EXPIRED, EXPIRED],
    ["expires and then changes", EXPIRED, { body: pageOf(["b"], "", "999") }],
    ["changes twice", { body: pageOf(["b"], "", "998") }, { body: pageOf(["b"], "", "999") }],
  ])("is gone when it %s", async (_what, second, fourth) => {
    await using server = await serve(
      script({ body: pageOf(["a"], "t1") }, second, { body: pageOf(["a"], "t1") }, fourth),
    );
    await using cluster = openAt(server.url);
    expect((await failure(listAll(cluster))).code).toBe("gone");
    expect(server.seen.length).toBe(4);
  });
});

describe("a list that is no list", () => {
  test.each([
    ["is cut off", '{"kind":"TFJobList","metadata":{"resourceVersion":"1"},"items":[{"kind":"TFJ'],
    ["has no items", '{"kind":"TFJobList","metadata":{"resourceVersion":"1"}}'],
    ["has null for items", '{"kind":"TFJobList","metadata":{"resourceVersion":"1"},"items":null}'],
    ["has no version", '{"kind":"TFJobList","metadata":{},"items":[]}'],
    ["is of another kind", '{"kind":"PodList","metadata":{"resourceVersion":"1"},"items":[]}'],
    ["is one object", '{"kind":"TFJob","metadata":{"resourceVersion":"1"}}'],
    ["is a Status", '{"kind":"Status","status":"Success"}'],
    ["is an array", "[]"],
    ["is text", "ok"],
    ["is empty", ""],
    ["is a web page", "<!doctype html><title>Sign in</title>"],
  ])("is an error when it %s", async (_what, body) => {
    await using server = await serve((_seen, response) => void response.writeHead(200).end(body));
    await using cluster = openAt(server.url);
    const error = await failure(listAll(cluster));
    expect(error).toMatchObject({ code: "not-kubernetes", cluster: "prod" });
    expect(error.message).toMatch(/^cluster "prod" .*check/);
  });

  test("is an error, not a shorter list, when a later page is cut off", async () => {
    await using server = await serve((_seen, response, nth) =>
      nth === 1 ? json(response, pageOf(["a"], "t1")) : void response.end('{"kind":"TFJobList","items":['),
    );
    await using cluster = openAt(server.url);
    expect((await failure(listAll(cluster))).code).toBe("not-kubernetes");
  });

  test.each([
    ["the same token again", ["t1", "t1"]],
    ["tokens in a circle", ["t1", "t2", "t1"]],
  ])("is an error when it names %s", async (_what, tokens) => {
    await using server = await serve(script(...tokens.map((token) => ({ body: pageOf(["a"], token) }))));
    await using cluster = openAt(server.url);
    expect((await failure(listAll(cluster))).message).toMatch(/the same page again and again/);
    expect(server.seen.length).toBe(tokens.length);
  });

  test("is left after its first bytes when it is 50 MB of something else", async () => {
    const garbage = Buffer.alloc(50 * 1024 * 1024, "x");
    await using server = await serve((_seen, response) => void response.end(garbage));
    await using cluster = openAt(server.url);
    expect((await failure(listAll(cluster))).code).toBe("not-kubernetes");
    expect(cluster.traffic().bytesRead).toBeLessThan(garbage.length / 10);
  });

  test("is an error when it begins like one and goes on as 50 MB of something else", async () => {
    const garbage = Buffer.concat([Buffer.from('{"items":['), Buffer.alloc(50 * 1024 * 1024, "x")]);
    await using server = await serve((_seen, response) => void response.end(garbage));
    await using cluster = openAt(server.url);
    expect((await failure(listAll(cluster))).code).toBe("too-large");
    expect(cluster.traffic().bytesRead).toBeLessThan(2 * 33 * 1024 * 1024);
  });
});

describe("a list whose page is too large", () => {
  const names8 = ["a", "b", "c", "d", "e", "f", "g", "h"];

  /** Pages of as many jobs as `limit` says, each of 400 bytes; a version of "0" brings all of them. */
  function byLimit(query: URLSearchParams) {
    const start = Number(query.get("continue") ?? 0);
    const count = query.get("resourceVersion") === "0" ? names8.length : Number(query.get("limit"));
    const next = start + count < names8.length ? String(start + count) : "";
    const page = pageOf(names8.slice(start, start + count), next);
    return { ...page, items: page.items.map((item) => ({ ...item, padding: "x".repeat(400) })) };
  }

  test.each([
    ["is read in smaller ones, from there on", {}, ["8", "2", "2", "2", "2"]],
    ["is read by pages where it was the whole list", { resourceVersion: "0" }, ["8", "8", "2", "2", "2", "2"]],
  ])("%s", async (_what, query, limits) => {
    await using server = await serve((seen, response) => json(response, byLimit(seen.query)));
    await using cluster = openAt(server.url, {}, { maxBodyBytes: 1500 });
    expect(names((await listAll(cluster, { limit: 8, ...query })).items)).toEqual(names8);
    expect(server.seen.map((seen) => seen.query.get("limit"))).toEqual(limits);
  });

  test("is an error, soon, where the server does not mind how many objects are asked for", async () => {
    await using server = await serve((_seen, response) => json(response, byLimit(new URLSearchParams("limit=8"))));
    await using cluster = openAt(server.url, {}, { maxBodyBytes: 1500 });
    const error = await failure(listAll(cluster, { limit: 500 }));
    expect(error.message).toMatch(
      /^cluster "prod" sent more than 1500 bytes in one answer: narrow a list by a selector$/,
    );
    expect(server.seen.map((seen) => seen.query.get("limit"))).toEqual(["500", "125", "31", "7", "1"]);
  });

  test("does not grow again when the list is started over", async () => {
    await using server = await serve((seen, response, nth) =>
      nth === 3 ? json(response, GONE, 410) : json(response, byLimit(seen.query)),
    );
    await using cluster = openAt(server.url, {}, { maxBodyBytes: 1500 });
    expect(names((await listAll(cluster, { limit: 8 })).items)).toEqual(names8);
    expect(server.seen.map((seen) => seen.query.get("limit"))).toEqual(["8", "2", "2", "2", "2", "2", "2"]);
  });
});

describe("the first objects of a list", () => {
  test.each([
    ["are those of the first page", 2, [pageOf(["a", "b"], "t1")], ["a", "b"], true],
    [
      "come from as many pages as it takes",
      2,
      [pageOf(["a"], "t1"), pageOf([], "t2"), pageOf(["b"])],
      ["a", "b"],
      false,
    ],
    ["are all where there are no more", 5, [pageOf(["a"], "t1"), pageOf(["b"])], ["a", "b"], false],
    ["are no more than were asked for, whatever the server sends", 1, [pageOf(["a", "b"])], ["a"], true],
    ["may be none", 3, [pageOf([])], [], false],
  ])("%s", async (_what, limit, pages, expected, more) => {
    await using server = await serve(script(...pages.map((body) => ({ body }))));
    await using cluster = openAt(server.url);
    const beginning = await cluster.first({ ...QUERY, limit }, SIGNAL);
    expect({ ...beginning, items: names(beginning.items) }).toEqual({ items: expected, more });
    expect(server.seen.length).toBe(pages.length);
  });

  test("of all namespaces have a path without one", async () => {
    await using server = await serve(script({ body: pageOf([]) }, { status: 403, body: {} }));
    await using cluster = openAt(server.url);
    await cluster.first({ ...QUERY, namespace: "" }, SIGNAL);
    expect(server.seen[0]!.path).toBe("/apis/kubeflow.org/v1/tfjobs");
    const { message } = await failure(cluster.first({ ...QUERY, namespace: "" }, SIGNAL));
    expect(message).toMatch(
      /list tfjobs\.kubeflow\.org in all namespaces \(403\).*: give it a ClusterRole that allows .*, by a ClusterRoleBinding, or name the namespaces one by one$/,
    );
  });
});

describe("a list that is asked to wait", () => {
  const THROTTLED = { status: 429, body: "Too many requests", headers: { "retry-after": "1" } };
  const STARTING = { status: 503, body: "starting", headers: { "retry-after": "2" } };
  const LATER = "Wed, 21 Oct 2026 07:28:03 GMT";
  const AT = Date.parse("Wed, 21 Oct 2026 07:28:00 GMT");

  test("waits as long as it is told and goes on with the same page", async () => {
    const paused: number[] = [];
    const patience = { pause: async (ms: number) => void paused.push(ms) };
    const dated = { status: 503, body: {}, headers: { "retry-after": LATER } };
    const pages = [STARTING, { body: pageOf(["a"], "t1") }, THROTTLED, dated, { body: pageOf(["b"]) }];
    await using server = await serve(script(...pages));
    await using cluster = openAt(server.url, {}, { patience, now: () => AT });
    expect(names((await listAll(cluster)).items)).toEqual(["a", "b"]);
    expect(paused).toEqual([2000, 1000, 3000]);
  });

  test("gives up after three times", async () => {
    await using server = await serve(script(...Array(10).fill(THROTTLED)));
    await using cluster = openAt(server.url);
    expect(await failure(listAll(cluster))).toMatchObject({ code: "throttled", retryAfterMs: 1000 });
    expect(server.seen.length).toBe(4);
  });

  test.each([
    ["is not told how long", { status: 503, body: {} }, "unavailable", undefined],
    [
      "is told a time that is too long",
      { status: 429, body: {}, headers: { "retry-after": "60" } },
      "throttled",
      60_000,
    ],
    ["may not ask at all", { status: 403, body: {}, headers: { "retry-after": "1" } }, "forbidden", 1000],
  ])("fails at once when it %s", async (_what, page, code, retryAfterMs) => {
    await using server = await serve(script(page));
    await using cluster = openAt(server.url);
    expect(await failure(listAll(cluster))).toMatchObject({ code, retryAfterMs });
    expect(server.seen.length).toBe(1);
  });

  test("stops waiting when it is aborted", async () => {
    const stop = new AbortController();
    const pause: typeof PATIENCE.pause = (ms, signal) => {
      const waiting = PATIENCE.pause(ms, signal);
      stop.abort(new Error("enough"));
      return waiting;
    };
    await using server = await serve(script(THROTTLED, THROTTLED));
    await using cluster = openAt(server.url, {}, { patience: { pause } });
    await expect(listAll(cluster, {}, stop.signal)).rejects.toThrow("enough");
    expect(server.seen.length).toBe(1);
  });

  test("passes on what goes wrong while it waits", async () => {
    const pause = async () => Promise.reject(new Error("no clock"));
    await using server = await serve(script(THROTTLED));
    await using cluster = openAt(server.url, {}, { patience: { pause } });
    await expect(listAll(cluster)).rejects.toThrow("no clock");
  });
});

describe("a list that is stopped", () => {
  test("before its first request sends nothing", async () => {
    await using server = await serve(script({ body: pageOf([]) }));
    await using cluster = openAt(server.url);
    await expect(listAll(cluster, {}, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
    expect(server.seen.length).toBe(0);
  });

  test.each([
    ["waits for an answer", false],
    ["is in the middle of a page", true],
  ])("while it %s rejects with the reason of the signal", async (_when, begun) => {
    const stop = new AbortController();
    await using server = await serve((_seen, response) => {
      if (begun) response.write('{"kind":"TFJobList",');
      setImmediate(() => stop.abort(new Error("enough")));
    });
    await using cluster = openAt(server.url);
    await expect(listAll(cluster, {}, stop.signal)).rejects.toThrow("enough");
  });

  test("by its reader's own error shows it nothing more", async () => {
    await using server = await serve(script({ body: pageOf(["a", "b"], "t1") }, { body: pageOf(["c"]) }));
    await using cluster = openAt(server.url);
    const read: string[] = [];
    const refuse = (object: unknown) => {
      read.push(...names([object]));
      throw new Error("unreadable");
    };
    await expect(cluster.list(QUERY, refuse, SIGNAL)).rejects.toThrow("unreadable");
    expect(read).toEqual(["a"]);
  });
});

describe("one object", () => {
  const job = { kind: "Job", apiVersion: "batch/v1", metadata: { name: "a b" } };
  const absent = statusOf(404, "NotFound", 'jobs.batch "a b" not found', { name: "a b", group: "batch", kind: "jobs" });

  test("is what the API shows", async () => {
    await using server = await serve(script({ body: job }));
    await using cluster = openAt(server.url);
    expect(await cluster.get(JOBS, "ml", "a b", SIGNAL)).toEqual(job);
    expect(server.seen[0]!.path).toBe("/apis/batch/v1/namespaces/ml/jobs/a%20b");
  });

  test("of the core group has a path of its own", async () => {
    await using server = await serve(script({ body: { kind: "Pod" } }));
    await using cluster = openAt(server.url);
    await cluster.get({ group: "", version: "v1", kind: "Pod", plural: "pods" }, "ml", "x", SIGNAL);
    expect(server.seen[0]!.path).toBe("/api/v1/namespaces/ml/pods/x");
  });

  test.each([
    ["details", absent],
    ["message alone", { ...absent, details: undefined }],
  ])("is undefined where the API says that there is none, by its %s", async (_how, body) => {
    await using server = await serve(script({ status: 404, body }));
    await using cluster = openAt(server.url);
    expect(await cluster.get(JOBS, "ml", "a b", SIGNAL)).toBeUndefined();
  });

  test.each([
    ["the kind is not there", 404, "404 page not found", "not-installed"],
    ["a gateway knows no such path", 404, { error_code: "APIG.0101", error_msg: "no such API" }, "not-installed"],
    ["the answer is of another kind", 200, { kind: "Status" }, "not-kubernetes"],
    ["it may not be read", 403, {}, "forbidden"],
  ])("is an error where %s", async (_why, status, body, code) => {
    await using server = await serve(script({ status, body }));
    await using cluster = openAt(server.url);
    expect((await failure(cluster.get(JOBS, "ml", "a b", SIGNAL))).code).toBe(code);
  });
});

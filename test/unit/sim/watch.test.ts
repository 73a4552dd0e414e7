import { describe, expect, test } from "vitest";
import type { ApiServer } from "#sim/api-server";
import type { KubeObject } from "#sim/objects";
import { get, JOBS, label, list, PATH, startWith, TFJOBS, tfJobOf } from "./server.ts";

interface WatchEvent {
  readonly type: string;
  readonly object: KubeObject & { readonly code?: number };
}

interface Watch extends AsyncDisposable {
  /** The next event, or `undefined` after the end. */
  next(): Promise<WatchEvent | undefined>;
}

async function watch(server: ApiServer, query: string, path = PATH): Promise<Watch> {
  const stop = new AbortController();
  const response = await fetch(`${server.url}${path}?watch=1&${query}`, { signal: stop.signal });
  const lines = linesOf(response.body!.pipeThrough(new TextDecoderStream()));
  return {
    next: async () => {
      const { value } = await lines.next();
      return value === undefined ? undefined : JSON.parse(value);
    },
    [Symbol.asyncDispose]: async () => stop.abort(),
  };
}

async function* linesOf(stream: ReadableStream<string>): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  return undefined;
}

const seen = (event: WatchEvent | undefined) => event && [event.type, event.object.metadata.name];

describe("a watch", () => {
  test("hears of each change as it happens, and of nothing in other namespaces", async () => {
    await using server = await startWith(["a"]);
    await using changes = await watch(server, `resourceVersion=${server.resourceVersion}`);
    server.create(TFJOBS, tfJobOf("b", {}, "other"));
    server.create(TFJOBS, tfJobOf("b"));
    label(server, "b", { x: "1" });
    label(server, "b", { x: "1" });
    server.remove(TFJOBS, "ml", "a");
    expect(seen(await changes.next())).toEqual(["ADDED", "b"]);
    expect(seen(await changes.next())).toEqual(["MODIFIED", "b"]);
    expect(seen(await changes.next())).toEqual(["DELETED", "a"]);
  });

  test("of the whole cluster hears of every namespace", async () => {
    await using server = await startWith([]);
    await using changes = await watch(
      server,
      `resourceVersion=${server.resourceVersion}`,
      "/apis/kubeflow.org/v1/tfjobs",
    );
    server.create(TFJOBS, tfJobOf("b", {}, "other"));
    expect(seen(await changes.next())).toEqual(["ADDED", "b"]);
  });

  test("goes on from the version of its last event", async () => {
    await using server = await startWith(["a"]);
    const from = server.resourceVersion;
    label(server, "a", { x: "1" });
    label(server, "a", { x: "2" });
    const next = async (version: string) => {
      await using changes = await watch(server, `resourceVersion=${version}`);
      return (await changes.next())?.object.metadata;
    };
    const first = await next(from);
    expect(first?.labels).toEqual({ x: "1" });
    expect((await next(first?.resourceVersion ?? ""))?.labels).toEqual({ x: "2" });
  });

  test("with a selector hears of a job that comes to match as added, and of one that ceases to as deleted", async () => {
    await using server = await startWith(["a", "b"]);
    label(server, "a", { team: "vision" });
    await using changes = await watch(server, `resourceVersion=${server.resourceVersion}&labelSelector=team%3Dvision`);
    label(server, "b", { x: "1" });
    label(server, "b", { team: "vision" });
    label(server, "a", { team: "nlp" });
    label(server, "b", { x: "2" });
    expect(seen(await changes.next())).toEqual(["ADDED", "b"]);
    const left = await changes.next();
    expect(seen(left)).toEqual(["DELETED", "a"]);
    expect(left?.object.metadata.labels).toEqual({ team: "vision" });
    expect(seen(await changes.next())).toEqual(["MODIFIED", "b"]);
  });

  test("of one name hears of no other", async () => {
    await using server = await startWith(["a", "b"]);
    const query = `resourceVersion=${server.resourceVersion}&fieldSelector=metadata.name%3Db`;
    await using changes = await watch(server, query);
    label(server, "a", { x: "1" });
    label(server, "b", { x: "1" });
    expect(seen(await changes.next())).toEqual(["MODIFIED", "b"]);
  });

  test.each([
    ["TFJob", TFJOBS, PATH, { apiVersion: "kubeflow.org/v1", kind: "TFJob", metadata: { resourceVersion: "1001" } }],
    [
      "Job",
      JOBS,
      "/apis/batch/v1/namespaces/ml/jobs",
      {
        kind: "Job",
        apiVersion: "batch/v1",
        metadata: { resourceVersion: "1001" },
        spec: { template: { metadata: {}, spec: { containers: null } } },
        status: {},
      },
    ],
  ])("of %ss gets a bookmark two seconds before its end", async (_kind, _resource, path, object) => {
    await using server = await startWith(["a"]);
    const query = `resourceVersion=${server.resourceVersion}&timeoutSeconds=3&allowWatchBookmarks=true`;
    await using changes = await watch(server, query, path);
    expect(await changes.next()).toEqual({ type: "BOOKMARK", object });
  });

  test("gets no bookmark that it did not ask for, and ends when its time is over", async () => {
    await using server = await startWith(["a"]);
    await using changes = await watch(server, `resourceVersion=${server.resourceVersion}&timeoutSeconds=3`);
    expect(await changes.next()).toBeUndefined();
  });

  test("that asks for a list first gets it with or without a bookmark, and then what happens", async () => {
    await using server = await startWith(["a"]);
    await using changes = await watch(server, "resourceVersion=0");
    expect(seen(await changes.next())).toEqual(["ADDED", "a"]);
    label(server, "a", { x: "1" });
    expect(seen(await changes.next())).toEqual(["MODIFIED", "a"]);
  });

  test.each([
    ["the server forgot", (server: ApiServer) => server.forgetHistory()],
    ["the server began anew", (server: ApiServer) => server.restart()],
  ])("from before %s ends with one error event", async (_what, happen) => {
    await using server = await startWith(["a"]);
    const from = server.resourceVersion;
    happen(server);
    await using changes = await watch(server, `resourceVersion=${from}`);
    const error = await changes.next();
    expect([error?.type, error?.object.code, error?.object.kind]).toEqual(["ERROR", 410, "Status"]);
    expect(await changes.next()).toBeUndefined();
  });

  test("from a version to come hears nothing of what happens before it", async () => {
    await using server = await startWith(["a"]);
    await using changes = await watch(server, `resourceVersion=${Number(server.resourceVersion) + 2}`);
    label(server, "a", { x: "1" });
    label(server, "a", { x: "2" });
    label(server, "a", { x: "3" });
    expect((await changes.next())?.object.metadata.labels).toEqual({ x: "3" });
  });

  test("can go on from a list that was read after that", async () => {
    await using server = await startWith(["a"]);
    server.forgetHistory();
    const { metadata } = await list(server);
    label(server, "a", { x: "1" });
    await using changes = await watch(server, `resourceVersion=${metadata.resourceVersion}`);
    expect(seen(await changes.next())).toEqual(["MODIFIED", "a"]);
  });

  test("is cut off when the server restarts", async () => {
    await using server = await startWith(["a"]);
    await using changes = await watch(server, `resourceVersion=${server.resourceVersion}`);
    const next = changes.next().catch(() => "cut off");
    server.restart();
    expect(await next).toBe("cut off");
  });

  test("of a job with a finalizer hears first that it is to go, then that it is gone", async () => {
    await using server = await startWith([]);
    const job = tfJobOf("a");
    server.create(TFJOBS, { ...job, metadata: { ...job.metadata, finalizers: ["example.com/keep"] } });
    await using changes = await watch(server, `resourceVersion=${server.resourceVersion}`);
    server.remove(TFJOBS, "ml", "a");
    const marked = await changes.next();
    expect([marked?.type, marked?.object.metadata.deletionTimestamp]).toEqual(["MODIFIED", "2026-11-21T01:00:00Z"]);
    server.update(TFJOBS, "ml", "a", ({ metadata }) => {
      metadata.finalizers = [];
    });
    expect(seen(await changes.next())).toEqual(["DELETED", "a"]);
    expect((await get(server, `${PATH}/a`)).status).toBe(404);
  });
});

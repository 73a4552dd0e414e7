import { describe, expect, test } from "vitest";
import { explain } from "#explain/explain";
import { linesOf } from "#explain/log";
import { jobEvent } from "../support/events.ts";
import { json } from "../support/http.ts";
import { podsFixture } from "../support/pods.ts";
import { over, PROTOCOLS } from "../support/protocols.ts";
import { failure, SIGNAL, statusOf } from "../unit/cluster/open.ts";

const QUERY = { namespace: "ml", pod: "mnist-worker-0", container: "pytorch", lines: 20, maxBytes: 100_000 };

describe.each(PROTOCOLS)("the log of a container over %s", (protocol) => {
  const { serve, openAt } = over(protocol);

  test("is asked for by its lines and bytes, and comes as its bytes came", async () => {
    const bytes = Buffer.from([0x61, 0, 0xff, 0x0a]);
    await using server = await serve((_, response) => void response.writeHead(200).end(bytes));
    await using cluster = openAt(server.url);
    expect(await cluster.log(QUERY, SIGNAL)).toEqual(bytes);
    await cluster.log({ ...QUERY, previous: true }, SIGNAL);
    expect(server.seen.map(({ path, query }) => [path, Object.fromEntries(query)])).toEqual([
      [
        "/api/v1/namespaces/ml/pods/mnist-worker-0/log",
        { container: "pytorch", tailLines: "20", limitBytes: "100000" },
      ],
      [
        "/api/v1/namespaces/ml/pods/mnist-worker-0/log",
        { container: "pytorch", tailLines: "20", limitBytes: "100000", previous: "true" },
      ],
    ]);
  });

  test("of a server that sends it without end is read as far as was asked, and the connection lives on", async () => {
    await using server = await serve((seen, response) => {
      if (!seen.path.endsWith("/log")) return json(response, { kind: "Pod" });
      response.writeHead(200);
      const write = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x78)));
      };
      response.on("drain", write);
      write();
    });
    await using cluster = openAt(server.url);
    expect((await cluster.log(QUERY, SIGNAL)).length).toBe(100_000);
    expect(cluster.traffic().bytesRead).toBeLessThan(300_000);
    const pods = { group: "", version: "v1", kind: "Pod", plural: "pods" };
    expect(await cluster.get(pods, "ml", "mnist-worker-0", SIGNAL)).toEqual({ kind: "Pod" });
  });

  test("that is binary is told nothing of, and the exit code all the same", async () => {
    const [pod] = podsFixture("exit-by-signal").pods.slice(1);
    await using server = await serve((seen, response) => {
      const list = (kind: string, items: readonly unknown[]) =>
        json(response, { kind, apiVersion: "v1", metadata: { resourceVersion: "9" }, items });
      if (seen.path.endsWith("/pods")) return list("PodList", [pod]);
      if (seen.path.endsWith("/events")) return list("EventList", []);
      response.writeHead(200).end(Buffer.from(Array.from({ length: 20_000 }, (_, at) => (at * 7919) % 256)));
    });
    await using cluster = openAt(server.url);
    const told = await explain({ cluster, now: Date.now, onForbidden: () => {} }, jobEvent(), SIGNAL);
    expect(told).toEqual({
      ...{ pod: "mnist-worker-0", replica: "Worker 0", container: "pytorch" },
      ...{ exitCode: 139, signal: "SIGSEGV", reason: "Error" },
    });
  });

  test.each([
    [
      403,
      "forbidden",
      "Forbidden",
      'pods "mnist-worker-0" is forbidden',
      'verb "get" on resource "pods/log" of apiGroup ""',
    ],
    [404, "not-found", "NotFound", 'pods "mnist-worker-0" not found', 'has no Pod "mnist-worker-0" in namespace "ml"'],
    [400, "invalid", "BadRequest", "container is waiting to start: ContainerCreating", "is waiting to start"],
  ])("that a server refuses with %i is %s", async (status, code, reason, message, words) => {
    await using server = await serve((_, response) => {
      json(response, statusOf(status, reason, message, { name: "mnist-worker-0", kind: "pods" }), status);
    });
    await using cluster = openAt(server.url);
    const error = await failure(cluster.log(QUERY, SIGNAL));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(words)]);
  });
});

test("a container runtime's longest lines fit into what is read", () => {
  const piece = `${"y".repeat(16_383)}\n`;
  expect(linesOf(piece.repeat(20))).toHaveLength(20);
});

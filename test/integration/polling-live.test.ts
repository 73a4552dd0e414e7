import { describe, expect, onTestFinished, test } from "vitest";
import { noCredentials } from "#cluster/auth/none";
import { openCluster } from "#cluster/http-cluster";
import type { JobEvent } from "#jobs/event";
import { batchJob } from "#jobs/kinds/batch-job";
import { tfJob } from "#jobs/kinds/kubeflow";
import { poll } from "#polling/poll";
import type { TickResult } from "#polling/tick";
import { kindKey, type Watch } from "#polling/watch";
import { startApiServer } from "#sim/api-server";
import type { ApiRequest } from "#sim/request";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";
import { pause } from "#wiring";
import { change, create, WATCH, wordsOf } from "../unit/polling/scene.ts";

const RUNNING = "Created=True@1 Running=True@3";
const SUCCEEDED = "Created=True@1 Running=False@3 Succeeded=True@9";
const HOUR = 3_600_000;
const HELD: Watch = { ...WATCH, follow: { resyncMs: HOUR, holdMs: 50_000 } };
const HELD_JOBS: Watch = { ...HELD, kind: batchJob };

const isWatch = ({ path }: ApiRequest) => path.includes("watch=1");

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** A server, a cluster over HTTP and a store, by the real clock, and ticks that are ended by the test. */
async function openLive() {
  const server = await startApiServer({ now: Date.now, seed: "live" });
  const cluster = openCluster({ name: "prod", server: server.url, tls: {}, credentials: noCredentials() });
  const sqlite = sqliteStore(":memory:");
  const events: JobEvent[] = [];
  const ahead = { ms: 0 };
  onTestFinished(async () => {
    await cluster.close();
    await server.close();
    await sqlite.close();
  });
  const now = () => Date.now() + ahead.ms;

  /** Begins a tick. `end` ends it as a process does that is to stop. */
  function begin(watches: readonly Watch[], store: Store = sqlite) {
    const abort = new AbortController();
    const services = { store, now, pause, onEvent: (event: JobEvent) => void events.push(event) };
    let results: readonly TickResult[] | undefined;
    const ticking = poll(services, () => cluster, watches, abort.signal).then((all) => {
      results = all;
      return all;
    });
    ticking.catch(() => {});
    return {
      isOver: () => results !== undefined,
      ticking,
      end: () => {
        abort.abort();
        return ticking;
      },
    };
  }

  const watchesOpened = () => server.requests.filter(isWatch).length;
  const cursorOf = async (watch: Watch) => (await sqlite.watches()).find(({ kind }) => kind === kindKey(watch))?.cursor;
  return { server, cluster, store: sqlite, events, ahead, begin, watchesOpened, cursorOf };
}

describe("a tick that is held", () => {
  test("says each change when it comes, and remembers at its end how far it came", async () => {
    const { server, store, events, begin, watchesOpened, cursorOf } = await openLive();
    create(server, { mnist: RUNNING });
    const { isOver, end } = begin([HELD]);
    await until(() => watchesOpened() === 1);
    change(server, { mnist: SUCCEEDED });
    await until(() => events.length === 1);
    create(server, { other: RUNNING });
    await until(() => events.length === 3);
    expect(events.map(wordsOf)).toEqual(["mnist Succeeded@9", "other Created@1", "other Running@3"]);
    expect(await store.due(Date.now(), 10)).toHaveLength(2);
    expect(isOver()).toBe(false);
    expect(await end()).toMatchObject([{ state: "read", events: 3, first: true }]);
    expect(await cursorOf(HELD)).toMatchObject({ resourceVersion: server.resourceVersion });
  });

  test("that is followed by another loses nothing in between, and lists no more", async () => {
    const { server, events, begin, watchesOpened } = await openLive();
    const first = begin([HELD]);
    await until(() => watchesOpened() === 1);
    await first.end();
    create(server, { mnist: RUNNING });
    const second = begin([HELD]);
    await until(() => events.length === 2);
    expect(await second.end()).toMatchObject([{ state: "read", events: 2, partial: true }]);
    expect(server.requests.filter((request) => !isWatch(request))).toHaveLength(1);
  });

  test("ends by itself when its time is over", async () => {
    const { begin } = await openLive();
    const held = { ...HELD, follow: { resyncMs: HOUR, holdMs: 300 } };
    expect(await begin([held]).ticking).toMatchObject([{ state: "read", first: true }]);
    expect(await begin([held]).ticking).toMatchObject([{ state: "read", partial: true }]);
  });

  test("goes on where the server ended the watch, or broke every connection", async () => {
    const { server, events, begin, watchesOpened } = await openLive();
    create(server, { mnist: RUNNING });
    await begin([{ ...HELD, follow: { resyncMs: HOUR } }]).ticking;
    const { end } = begin([HELD]);
    await until(() => watchesOpened() === 1);
    // The history of the next version on is what a restarted server still has.
    server.restart();
    await until(() => watchesOpened() >= 2);
    change(server, { mnist: SUCCEEDED });
    await until(() => events.length === 1);
    expect(await end()).toMatchObject([{ state: "read" }]);
    expect(events.map(wordsOf)).toEqual(["mnist Succeeded@9"]);
  });

  test("waits for a server that is away for a moment", async () => {
    const { server, events, begin, watchesOpened } = await openLive();
    create(server, { mnist: RUNNING });
    await begin([{ ...HELD, follow: { resyncMs: HOUR } }]).ticking;
    const { end } = begin([HELD]);
    await until(() => watchesOpened() === 1);
    change(server, { mnist: SUCCEEDED });
    await until(() => events.length === 1);
    const opened = watchesOpened();
    server.fail({ status: 403, when: isWatch });
    server.fail({ reset: true, when: isWatch });
    server.restart();
    await until(() => watchesOpened() >= opened + 3);
    create(server, { other: RUNNING });
    await until(() => events.length === 3);
    expect(await end()).toMatchObject([{ state: "read" }]);
  });

  test("does not keep what a sibling has to say, nor does a sibling that fails", async () => {
    const { server, events, begin, watchesOpened } = await openLive();
    const plain = { ...WATCH, kind: batchJob };
    server.fail({ status: 500, when: ({ path }) => path.includes("/jobs") });
    const { isOver, end } = begin([HELD, plain]);
    await until(() => watchesOpened() === 1);
    create(server, { mnist: RUNNING });
    await until(() => events.length === 2);
    expect(isOver()).toBe(false);
    expect((await end()).map(({ state }) => state)).toEqual(["read", "failed"]);
  });

  test("of many namespaces is held for all of them, and others are ticked beside them", async () => {
    const { server, events, begin, watchesOpened } = await openLive();
    const names = Array.from({ length: 30 }, (_, index) => `team-${index}`);
    const held = names.flatMap((namespace) => [HELD, HELD_JOBS].map((watch) => ({ ...watch, namespace })));
    const { end } = begin([...held, ...names.map((namespace) => ({ ...WATCH, namespace, labelSelector: "a=b" }))]);
    await until(() => watchesOpened() === held.length);
    await until(() => server.requests.filter((request) => !isWatch(request)).length === held.length + names.length);
    for (const namespace of names)
      server.create(tfJob.resource, { metadata: { name: "mnist", namespace, labels: {} }, spec: {} });
    for (const namespace of names)
      server.update(tfJob.resource, namespace, "mnist", (draft) => {
        draft.status = {
          conditions: [{ type: "Created", status: "True", lastTransitionTime: "2026-11-21T00:00:01Z" }],
        };
      });
    await until(() => events.length === names.length);
    expect((await end()).map(({ state }) => state)).toEqual([...held, ...names].map(() => "read"));
  });
});

test("a holder that dies has written down every half minute how far it came", async () => {
  const { server, store, events, ahead, begin, watchesOpened, cursorOf } = await openLive();
  create(server, { mnist: RUNNING });
  await begin([{ ...HELD, follow: { resyncMs: HOUR } }]).ticking;
  const before = await cursorOf(HELD);
  let dead = false;
  const mortal: Store = {
    ...store,
    finishScope: async (...parts) => (dead ? "lost" : store.finishScope(...parts)),
  };
  const { end } = begin([HELD], mortal);
  await until(() => watchesOpened() === 1);
  change(server, { mnist: SUCCEEDED });
  await until(() => events.length === 1);
  const { resourceVersion } = server;
  // The lease is near its end: the next sign of life puts it off, and says how far all was written.
  ahead.ms = 31_000;
  create(server, { other: RUNNING });
  await until(() => events.length === 3);
  expect(await cursorOf(HELD)).not.toEqual(before);
  expect(await cursorOf(HELD)).toMatchObject({ resourceVersion });
  dead = true;
  expect(await end()).toEqual([{ state: "busy" }]);
});

test("a held tick that lost its scope ends without saying anything", async () => {
  const { server, store, events, ahead, begin, watchesOpened } = await openLive();
  create(server, { mnist: RUNNING });
  await begin([{ ...HELD, follow: { resyncMs: HOUR } }]).ticking;
  const { ticking } = begin([HELD]);
  await until(() => watchesOpened() === 1);
  const [{ scope = "" } = {}] = await store.watches();
  await store.claimScope(scope, { until: Date.now() + 1e6 }, Date.now() + 120_000);
  ahead.ms = 0;
  change(server, { mnist: SUCCEEDED });
  expect(await ticking).toEqual([{ state: "busy" }]);
  expect(events).toEqual([]);
});

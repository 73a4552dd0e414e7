import { describe, expect, onTestFinished, test } from "vitest";
import { httpPost } from "#receivers/post";
import type { Receiver } from "#receivers/receiver";
import { slackReceiver } from "#receivers/slack/slack";
import { webhookReceiver } from "#receivers/webhook/webhook";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Settlement, Store } from "#store/store";
import { type Loopback, startSlack, startWebhook } from "../support/loopback-receiver.ts";
import { event, NOW, queue } from "../support/store-steps.ts";
import { openClock, openScene } from "../unit/delivery/scene.ts";

const events = (uid: string, count: number) => Array.from({ length: count }, (_, number) => event(uid, number));

async function opened<S extends Loopback>(starting: Promise<S>): Promise<S> {
  const server = await starting;
  onTestFinished(() => server.close());
  return server;
}

const loopback = httpPost({ allowPrivate: true });
const webhook = ({ url }: Loopback, name = "hook"): Receiver =>
  webhookReceiver({ name, url, secrets: [], post: loopback });
const idsAt = ({ requests }: Loopback) => requests.map(({ headers }) => headers["webhook-id"]);

/** Real posts take real time, while the deliverer's clock stands still: who waits for the pace goes on at once, later. */
function openHttpScene(receivers: readonly Receiver[], store = sqliteStore(":memory:")) {
  const [clock, stop, paces] = [openClock(), new AbortController(), [] as number[]];
  const pause = async (ms: number, signal: AbortSignal) => {
    // The deliverer looks again once a second while posts are under way; here they end by themselves.
    if (signal !== stop.signal) return clock.pause(ms, signal);
    paces.push(ms);
    clock.now += ms;
  };
  const scene = openScene(receivers, { store, clock, pause });
  const deliver = (cut?: AbortSignal) => scene.deliverer.deliverDue(stop.signal, cut);
  return { ...scene, paces, stop, deliver };
}

describe("over HTTP", () => {
  test("the events of each job arrive in their order, each once", async () => {
    const server = await opened(startWebhook());
    const { store, deliver } = openHttpScene([webhook(server)]);
    for (const uid of ["a", "b", "c"]) await queue(store, "hook", events(uid, 4));
    await deliver();
    for (const uid of ["a", "b", "c"]) {
      const arrived = server.events.map(({ id }) => id).filter((id) => id.startsWith(`evt_${uid}`));
      expect(arrived).toEqual([0, 1, 2, 3].map((number) => `evt_${uid}_${number}`));
    }
    expect(server.requests).toHaveLength(12);
  });

  test("an event whose answer was lost is sent again with the same id and the same body, and the next ones wait for it", async () => {
    const server = await opened(startWebhook());
    server.answer("lose", { status: 500 }, "reset");
    const { store, deliver, clock } = openHttpScene([webhook(server)]);
    await queue(store, "hook", events("a", 2));
    for (const wait of [0, 5_000, 30_000, 120_000]) {
      clock.now += wait;
      await deliver();
    }
    expect(idsAt(server)).toEqual(["evt_a_0", "evt_a_0", "evt_a_0", "evt_a_0", "evt_a_1"]);
    expect(new Set(server.requests.slice(0, 4).map(({ body }) => body)).size).toBe(1);
    const seconds = server.requests.map(({ headers }) => Number(headers["webhook-timestamp"]) - Math.floor(NOW / 1000));
    expect(seconds).toEqual([0, 5, 35, 155, 155]);
  });

  test("a receiver that is down is tried again; one that is gone is not", async () => {
    const [down, gone] = [await opened(startWebhook()), await opened(startWebhook())];
    gone.answer({ status: 410 });
    const { store, deliver, settled } = openHttpScene([webhook(down, "down"), webhook(gone, "gone")]);
    await down.close();
    for (const name of ["down", "gone"]) await queue(store, name, events("a", 1));
    await deliver();
    expect(settled.toSorted()).toEqual(["down evt_a_0 retry", "gone evt_a_0 dead"]);
    const head = await store.head({ uid: "a", receiver: "down" });
    expect(head).toMatchObject({
      failures: 1,
      nextAttemptAt: NOW + 5_000,
      error: "the receiver refused the connection",
    });
  });

  test("a 429 pauses the receiver for the time that it names, and only that receiver", async () => {
    const [busy, hook] = [await opened(startWebhook()), await opened(startWebhook())];
    busy.answer({ status: 429, headers: { "retry-after": "30" } });
    const { store, deliver, clock } = openHttpScene([webhook(busy, "busy"), webhook(hook)]);
    await queue(store, "busy", events("a", 1));
    await deliver();
    for (const name of ["busy", "hook"]) await queue(store, name, events("b", 2));
    await deliver();
    expect(busy.requests).toHaveLength(1);
    expect(hook.events).toHaveLength(2);
    clock.now += 30_000;
    await deliver();
    expect(busy.events).toHaveLength(3);
    expect(await store.counts()).toMatchObject({ pending: 0 });
  });

  test("a receiver that hangs keeps no other from what is queued while it does, and is cut at the end", async () => {
    const [hung, hook] = [await opened(startWebhook()), await opened(startWebhook())];
    hung.answer("hang");
    const { store, deliver, deliverer, stop } = openHttpScene([webhook(hung, "hung"), webhook(hook)]);
    const cut = new AbortController();
    await queue(store, "hung", events("a", 1));
    const running = deliver(cut.signal);
    await hung.received(1);
    for (let number = 0; number < 3; number += 1) {
      await queue(store, "hook", [event("b", number)]);
      deliverer.nudge();
      await hook.received(number + 1);
    }
    stop.abort();
    cut.abort();
    await running;
    expect(await store.head({ uid: "a", receiver: "hung" })).toMatchObject({ failures: 0, nextAttemptAt: NOW });
  });

  test("a post that was cut is sent again by the next start at once, with the same id", async () => {
    const server = await opened(startWebhook());
    server.answer("hang");
    const first = openHttpScene([webhook(server)]);
    await queue(first.store, "hook", events("a", 2));
    const running = first.deliver();
    await server.received(1);
    first.stop.abort();
    await running;
    expect(idsAt(server)).toEqual(["evt_a_0"]);
    await openHttpScene([webhook(server)], first.store).deliver();
    expect(idsAt(server)).toEqual(["evt_a_0", "evt_a_0", "evt_a_1"]);
  });

  test("a receiver that does not answer in time is tried again", async () => {
    const server = await opened(startWebhook());
    server.answer("hang");
    const impatient = webhookReceiver({
      name: "hook",
      url: server.url,
      secrets: [],
      post: httpPost({ totalTimeoutMs: 50, allowPrivate: true }),
    });
    const { store, deliver, settled } = openHttpScene([impatient]);
    await queue(store, "hook", events("a", 1));
    await deliver();
    expect(settled).toEqual(["hook evt_a_0 retry"]);
  });

  test("Slack gets one message a second, in order, and none that it refuses", async () => {
    const server = await opened(startSlack());
    const { store, deliver, paces } = openHttpScene([
      slackReceiver({ name: "chat", webhookUrl: server.url, post: loopback }),
    ]);
    await queue(store, "chat", events("a", 4));
    await deliver();
    expect(server.refusals).toEqual([]);
    expect(server.messages).toHaveLength(4);
    expect(paces).toEqual([1_000, 1_000, 1_000]);
  });

  test("no error that is kept names the address of its receiver", async () => {
    const server = await opened(startWebhook());
    const { host, pathname } = new URL(server.url);
    server.answer({ status: 500, body: server.url }, "reset", { status: 403, body: `not at ${server.url}` });
    const kept: Settlement[] = [];
    const store = sqliteStore(":memory:");
    const settle: Store["settle"] = (claimed, settlement) => {
      kept.push(settlement);
      return store.settle(claimed, settlement);
    };
    const { deliver, clock } = openHttpScene([webhook(server)], { ...store, settle });
    await queue(store, "hook", events("a", 1));
    for (const wait of [0, 5_000, 30_000]) {
      clock.now += wait;
      await deliver();
    }
    expect(kept.map(({ state }) => state)).toEqual(["retry", "retry", "dead"]);
    for (const secret of [host, pathname]) expect(JSON.stringify(kept)).not.toContain(secret);
  });
});

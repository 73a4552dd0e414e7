import { describe, expect, test } from "vitest";
import type { Outcome } from "#receivers/receiver";
import { event, queue } from "../support/store-steps.ts";
import { hangs, openClock, openScene, quiet, receiver } from "../unit/delivery/scene.ts";

const FAILED: Outcome = { state: "retry", reason: "HTTP 500" };
const THROTTLED: Outcome = { state: "retry", reason: "HTTP 429", retryAfterMs: 60_000, throttled: true };

const events = (uid: string, count: number) => Array.from({ length: count }, (_, number) => event(uid, number));
const idsOf = ({ posts }: { posts: readonly { id: string }[] }) => posts.map(({ id }) => id);
const never = new AbortController().signal;

describe("one stream", () => {
  test("is delivered to its end, in its order, and no other is touched", async () => {
    const hook = receiver("hook");
    const { store, clock, deliverer } = openScene([hook]);
    await queue(store, "hook", events("a", 3));
    await queue(store, "hook", events("b", 1));
    await clock.run(deliverer.deliverStream({ uid: "a", receiver: "hook" }, never));
    expect(idsOf(hook)).toEqual(["evt_a_0", "evt_a_1", "evt_a_2"]);
    expect(await store.counts()).toMatchObject({ pending: 1 });
  });

  test("stops at an event that has to wait, and leaves the later ones behind it", async () => {
    const hook = receiver("hook");
    hook.script.push(FAILED);
    const { store, clock, deliverer } = openScene([hook]);
    await queue(store, "hook", events("a", 2));
    await clock.run(deliverer.deliverStream({ uid: "a", receiver: "hook" }, never));
    await clock.run(deliverer.deliverStream({ uid: "a", receiver: "hook" }, never));
    expect(idsOf(hook)).toEqual(["evt_a_0"]);
    expect(await store.counts()).toMatchObject({ pending: 2 });
  });

  test("goes on behind an event that is dead", async () => {
    const hook = receiver("hook");
    hook.script.push({ state: "dead", reason: "HTTP 400" });
    const { store, clock, deliverer } = openScene([hook]);
    await queue(store, "hook", events("a", 2));
    await clock.run(deliverer.deliverStream({ uid: "a", receiver: "hook" }, never));
    expect(idsOf(hook)).toEqual(["evt_a_0", "evt_a_1"]);
    expect(await store.counts()).toMatchObject({ pending: 0, dead: 1 });
  });

  test("that somebody else works on is left to them", async () => {
    const hook = receiver("hook");
    const { store, clock, deliverer } = openScene([hook]);
    await queue(store, "hook", events("a", 1));
    const head = await store.head({ uid: "a", receiver: "hook" });
    await store.claimDelivery(head!, { until: clock.now + 1000 }, clock.now);
    await clock.run(deliverer.deliverStream({ uid: "a", receiver: "hook" }, never));
    expect(hook.posts).toEqual([]);
  });

  test("asked for twice at once is delivered once", async () => {
    const hook = receiver("hook");
    const { store, clock, deliverer } = openScene([hook]);
    await queue(store, "hook", events("a", 2));
    const both = [1, 2].map(() => deliverer.deliverStream({ uid: "a", receiver: "hook" }, never));
    await clock.run(Promise.all(both));
    expect(idsOf(hook)).toEqual(["evt_a_0", "evt_a_1"]);
  });

  test("of a receiver that the configuration no longer has waits, and its error says so", async () => {
    const { store, clock, deliverer } = openScene([]);
    await queue(store, "gone", events("a", 1));
    await clock.run(deliverer.deliverStream({ uid: "a", receiver: "gone" }, never));
    expect(await store.head({ uid: "a", receiver: "gone" })).toMatchObject({
      error: "the configuration has no receiver gone",
    });
  });
});

describe("many streams at once", () => {
  test("keep the pace of their receiver", async () => {
    const clock = openClock();
    const chat = receiver("chat", undefined, { minGapMs: 1000, clock });
    const { store, deliverer } = openScene([chat], { clock });
    for (const uid of ["a", "b", "c"]) await queue(store, "chat", events(uid, 1));
    await clock.run(
      Promise.all(["a", "b", "c"].map((uid) => deliverer.deliverStream({ uid, receiver: "chat" }, never))),
    );
    expect(chat.posts.map(({ at }) => at)).toEqual([0, 1000, 2000]);
  });

  test("leave a receiver alone that asks for patience, and serve the others", async () => {
    const [chat, hook] = [receiver("chat", () => THROTTLED, { minGapMs: 1000 }), receiver("hook")];
    const { store, clock, deliverer } = openScene([chat, hook]);
    const streams = ["a", "b"].flatMap((uid) => ["chat", "hook"].map((name) => ({ uid, receiver: name })));
    for (const { uid, receiver: name } of streams) await queue(store, name, events(uid, 1));
    await clock.run(Promise.all(streams.map((stream) => deliverer.deliverStream(stream, never))));
    expect(idsOf(chat)).toHaveLength(1);
    expect(idsOf(hook).toSorted()).toEqual(["evt_a_0", "evt_b_0"]);
  });

  test("begin nothing after the stop, and what is cut waits for the next to come", async () => {
    const hook = receiver("hook", (_, signal) => hangs(signal));
    const { store, clock, deliverer } = openScene([hook]);
    const uids = Array.from({ length: 10 }, (_, index) => `job${index}`);
    for (const uid of uids) await queue(store, "hook", events(uid, 2));
    const [stop, cut] = [new AbortController(), new AbortController()];
    const all = Promise.all(
      uids.map((uid) => deliverer.deliverStream({ uid, receiver: "hook" }, stop.signal, cut.signal)),
    );
    await quiet();
    expect(hook.posts).toHaveLength(8);
    stop.abort();
    cut.abort();
    await clock.run(all);
    expect(hook.posts).toHaveLength(8);
    expect(await store.counts()).toMatchObject({ pending: 20 });
  });
});

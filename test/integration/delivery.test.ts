import { describe, expect, test } from "vitest";
import type { Outcome } from "#receivers/receiver";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";
import { StoreError } from "#store/store-error";
import { DAY, event, MINUTE, NOW, queue } from "../support/store-steps.ts";
import { hangs, openClock, openScene, quiet, receiver } from "../unit/delivery/scene.ts";

const FAILED: Outcome = { state: "retry", reason: "HTTP 500" };
const REFUSED: Outcome = { state: "dead", reason: "HTTP 400" };
const throttled = (retryAfterMs?: number): Outcome => ({
  ...{ state: "retry", reason: "HTTP 429", throttled: true },
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

const events = (uid: string, count: number) => Array.from({ length: count }, (_, number) => event(uid, number));
const STREAM = { uid: "a", receiver: "hook" };
const idsOf = ({ posts }: { posts: readonly { id: string }[] }) => posts.map(({ id }) => id);

describe("what is due", () => {
  test("is delivered, the events of each job in their order, and nothing is left", async () => {
    const hook = receiver("hook");
    const { store, settled, deliver } = openScene([hook]);
    await queue(store, "hook", events("a", 3));
    await queue(store, "hook", events("b", 2));
    await deliver();
    expect(idsOf(hook).filter((id) => id.startsWith("evt_a"))).toEqual(["evt_a_0", "evt_a_1", "evt_a_2"]);
    expect(idsOf(hook).filter((id) => id.startsWith("evt_b"))).toEqual(["evt_b_0", "evt_b_1"]);
    expect(settled).toHaveLength(5);
    expect(await store.counts()).toMatchObject({ pending: 0, dead: 0 });
    await deliver();
    expect(hook.posts).toHaveLength(5);
  });

  test("goes to each receiver on its own", async () => {
    const [chat, hook] = [receiver("chat"), receiver("hook", () => REFUSED)];
    const { store, settled, deliver } = openScene([chat, hook]);
    await queue(store, "chat", events("a", 1));
    await queue(store, "hook", events("a", 1));
    await deliver();
    expect(settled.toSorted()).toEqual(["chat evt_a_0 delivered", "hook evt_a_0 dead"]);
  });

  test("is posted with the event, the time and the cut signal", async () => {
    const calls: unknown[] = [];
    const { store, deliverer, clock } = openScene([
      {
        ...receiver("hook"),
        async send(...call) {
          calls.push(call);
          return { state: "delivered" };
        },
      },
    ]);
    await queue(store, "hook", events("a", 1));
    const [stop, cut] = [new AbortController().signal, new AbortController().signal];
    await clock.run(deliverer.deliverDue(stop, cut));
    expect(calls).toEqual([[event("a", 0), NOW, cut]]);
  });

  test("is all of it, however much it is", async () => {
    const hook = receiver("hook");
    const { store, deliver } = openScene([hook]);
    for (let job = 0; job < 150; job += 1) await queue(store, "hook", events(`job-${job}`, 2));
    await deliver();
    expect(new Set(idsOf(hook)).size).toBe(300);
    expect(hook.posts).toHaveLength(300);
  });
});

describe("a delivery that fails", () => {
  test("is tried again step by step, with the same id, and is dead after the last", async () => {
    const hook = receiver("hook", () => FAILED);
    const { store, settled, deliver, clock } = openScene([hook]);
    await queue(store, "hook", events("a", 1));
    for (let head = await store.head(STREAM); head; head = await store.head(STREAM)) {
      clock.now = head.nextAttemptAt;
      await deliver();
    }
    expect(idsOf(hook)).toEqual(Array(10).fill("evt_a_0"));
    const waits = hook.posts.map(({ at }, index) => (at - (hook.posts[index - 1]?.at ?? 0)) / MINUTE);
    expect(waits).toEqual([0, 1 / 12, 0.5, 2, 10, 30, 120, 300, 720, 720]);
    expect(settled.at(-1)).toBe("hook evt_a_0 dead");
    expect(await store.counts()).toMatchObject({ pending: 0, dead: 1 });
  });

  test("holds up the later events of its job to its receiver, and nobody else", async () => {
    const [hook, chat] = [receiver("hook"), receiver("chat")];
    hook.script.push(FAILED);
    const { store, deliver, clock } = openScene([hook, chat]);
    await queue(store, "hook", events("a", 3));
    await deliver();
    await queue(store, "chat", events("a", 1));
    await queue(store, "hook", events("b", 1));
    await deliver();
    expect(idsOf(hook)).toEqual(["evt_a_0", "evt_b_0"]);
    expect(idsOf(chat)).toEqual(["evt_a_0"]);
    await clock.advance(5_000);
    await deliver();
    expect(idsOf(hook)).toEqual(["evt_a_0", "evt_b_0", "evt_a_0", "evt_a_1", "evt_a_2"]);
  });

  test("and is dead holds up nothing", async () => {
    const hook = receiver("hook");
    hook.script.push(REFUSED);
    const { store, settled, deliver } = openScene([hook]);
    await queue(store, "hook", events("a", 2));
    await deliver();
    expect(settled).toEqual(["hook evt_a_0 dead", "hook evt_a_1 delivered"]);
    const dead = await store.head(STREAM);
    expect(dead).toBeUndefined();
  });

  test("starts its backoff anew for the next event", async () => {
    const hook = receiver("hook");
    hook.script.push(FAILED, FAILED, { state: "delivered" }, FAILED);
    const { store, deliver, clock } = openScene([hook]);
    await queue(store, "hook", events("a", 2));
    await deliver();
    for (const wait of [5_000, 30_000, 5_000]) {
      await clock.advance(wait);
      await deliver();
    }
    expect(hook.posts).toEqual([
      { id: "evt_a_0", at: 0 },
      { id: "evt_a_0", at: 5_000 },
      { id: "evt_a_0", at: 35_000 },
      { id: "evt_a_1", at: 35_000 },
      { id: "evt_a_1", at: 40_000 },
    ]);
  });

  test("comes back at a time that chance moves by a fifth at most", async () => {
    for (const [random, wait] of [
      [0, 4_000],
      [1, 6_000],
    ] as const) {
      const hook = receiver("hook", () => FAILED);
      const { store, deliver } = openScene([hook], { random: () => random });
      await queue(store, "hook", events("a", 1));
      await deliver();
      expect((await store.head(STREAM))?.nextAttemptAt).toBe(NOW + wait);
    }
  });
});

describe("a receiver that is throttled", () => {
  test("is left alone as long as it asks for, with all that it is to get; others are not", async () => {
    const [chat, hook] = [receiver("chat"), receiver("hook")];
    chat.script.push(throttled(30_000));
    const { store, deliver, clock } = openScene([chat, hook]);
    await queue(store, "chat", events("a", 1));
    await deliver();
    await queue(store, "chat", events("b", 1));
    await queue(store, "hook", events("b", 1));
    await deliver();
    await clock.advance(29_999);
    await deliver();
    expect(idsOf(chat)).toEqual(["evt_a_0"]);
    expect(idsOf(hook)).toEqual(["evt_b_0"]);
    await clock.advance(1);
    await deliver();
    expect(idsOf(chat).toSorted()).toEqual(["evt_a_0", "evt_a_0", "evt_b_0"]);
  });

  test("and names no time is left alone for five seconds, with all that it is to get", async () => {
    const chat = receiver("chat");
    chat.script.push(throttled());
    const { store, deliver, clock } = openScene([chat]);
    await queue(store, "chat", events("a", 1));
    await deliver();
    await queue(store, "chat", events("b", 1));
    await clock.advance(4_999);
    await deliver();
    expect(idsOf(chat)).toEqual(["evt_a_0"]);
    await clock.advance(1);
    await deliver();
    expect(chat.posts).toHaveLength(3);
  });

  test("costs no step: the failure that comes afterwards is the first", async () => {
    const chat = receiver("chat");
    chat.script.push(...Array(20).fill(throttled(1_000)), FAILED);
    const { store, deliver, clock } = openScene([chat]);
    await queue(store, "chat", events("a", 1));
    for (let second = 0; second < 21; second += 1) {
      await deliver();
      clock.now += 1_000;
    }
    const head = await store.head({ uid: "a", receiver: "chat" });
    expect(head).toMatchObject({ attempts: 21, failures: 1 });
    expect(head?.nextAttemptAt).toBe(NOW + 20_000 + 5_000);
  });

  test("for three days gets no more", async () => {
    const chat = receiver("chat", () => throttled(3_600_000));
    const { store, settled, deliver, clock } = openScene([chat]);
    await queue(store, "chat", events("a", 1));
    while (settled.at(-1) !== "chat evt_a_0 dead") {
      await deliver();
      clock.now += 3_600_000;
    }
    expect(chat.posts.at(-1)?.at).toBe(3 * DAY + 3_600_000);
  });

  test("slows down what is under way, too: of eight at once none is lost", async () => {
    const hook = receiver("hook", (nth) => (nth <= 8 ? throttled(10_000) : { state: "delivered" }));
    const { store, deliver, clock } = openScene([hook]);
    for (let job = 0; job < 20; job += 1) await queue(store, "hook", events(`job-${job}`, 1));
    await deliver();
    expect(hook.posts).toHaveLength(8);
    await clock.advance(10_000);
    await deliver();
    expect(hook.posts).toHaveLength(28);
    expect(await store.counts()).toMatchObject({ pending: 0 });
  });
});

describe("a receiver with a pace", () => {
  test("gets one post after the other, each a second after the one before", async () => {
    const clock = openClock();
    const chat = receiver("chat", () => ({ state: "delivered" }), { minGapMs: 1_000, clock });
    const { store, deliver } = openScene([chat], { clock });
    await queue(store, "chat", events("a", 2));
    await queue(store, "chat", events("b", 2));
    await deliver();
    expect(chat.posts.map(({ at }) => at)).toEqual([0, 1_000, 2_000, 3_000]);
  });

  test("keeps the pace from one call to the next", async () => {
    const clock = openClock();
    const chat = receiver("chat", () => ({ state: "delivered" }), { minGapMs: 1_000, clock });
    const { store, deliver } = openScene([chat], { clock });
    await queue(store, "chat", events("a", 1));
    await deliver();
    clock.now += 400;
    await queue(store, "chat", events("b", 1), clock.now);
    await deliver();
    expect(chat.posts.map(({ at }) => at)).toEqual([0, 1_000]);
  });

  test("does not slow down another one", async () => {
    const clock = openClock();
    const chat = receiver("chat", () => ({ state: "delivered" }), { minGapMs: 1_000, clock });
    const hook = receiver("hook", () => ({ state: "delivered" }), { clock });
    const { store, deliver } = openScene([chat, hook], { clock });
    for (const name of ["chat", "hook"]) await queue(store, name, events("a", 3));
    await deliver();
    expect(hook.posts.map(({ at }) => at)).toEqual([0, 0, 0]);
    expect(chat.posts.map(({ at }) => at)).toEqual([0, 1_000, 2_000]);
  });
});

describe("a receiver that hangs", () => {
  const slow = (clock: ReturnType<typeof openClock>) => async (_: number, signal: AbortSignal) => {
    await clock.pause(10_000, signal);
    return { state: "retry", reason: "the receiver did not answer in time" } as const;
  };

  test("does not keep others from what is queued meanwhile, once they are told", async () => {
    const clock = openClock();
    const [hung, hook] = [receiver("hung", slow(clock), { clock }), receiver("hook", undefined, { clock })];
    const { store, deliverer } = openScene([hung, hook], { clock });
    await queue(store, "hung", events("a", 1));
    const running = deliverer.deliverDue(new AbortController().signal);
    await quiet();
    await queue(store, "hook", events("a", 1));
    await quiet();
    expect(hook.posts).toEqual([]);
    deliverer.nudge();
    await quiet();
    expect(idsOf(hook)).toEqual(["evt_a_0"]);
    await clock.run(running);
  });

  test("does not keep others from what comes due meanwhile", async () => {
    const clock = openClock();
    const [hung, hook] = [receiver("hung", slow(clock), { clock }), receiver("hook", undefined, { clock })];
    hook.script.push(FAILED);
    const { store, deliver } = openScene([hung, hook], { clock });
    for (const name of ["hung", "hook"]) await queue(store, name, events("a", 1));
    await deliver();
    expect(hung.posts.map(({ at }) => at)).toEqual([0]);
    expect(hook.posts.map(({ at }) => at)).toEqual([0, 5_000]);
  });

  test("does not keep others waiting behind its own backlog, however long", async () => {
    const clock = openClock();
    const [hung, hook] = [receiver("hung", slow(clock), { clock }), receiver("hook", undefined, { clock })];
    const { store, deliverer } = openScene([hung, hook], { clock });
    for (let job = 0; job < 150; job += 1) await queue(store, "hung", events(`job-${job}`, 1));
    clock.now += 1_000;
    for (let job = 0; job < 30; job += 1) await queue(store, "hook", events(`job-${job}`, 1), clock.now);
    const stop = new AbortController();
    const running = deliverer.deliverDue(stop.signal);
    await clock.advance(1_000);
    expect(hung.posts).toHaveLength(8);
    expect(hook.posts.map(({ at }) => at)).toEqual(Array(30).fill(1_000));
    stop.abort();
    await clock.run(running);
  });
});

test("what is queued while the store is read is seen by the same call, once it is told", async () => {
  const store = sqliteStore(":memory:");
  const read = Promise.withResolvers<void>();
  const slow: Store = {
    ...store,
    due: async (...args) => {
      const heads = await store.due(...args);
      await read.promise;
      return heads;
    },
  };
  const hook = receiver("hook");
  const { deliverer, clock } = openScene([hook], { store: slow });
  const running = deliverer.deliverDue(new AbortController().signal);
  await quiet();
  await queue(store, "hook", events("a", 1));
  deliverer.nudge();
  read.resolve();
  await clock.run(running);
  expect(idsOf(hook)).toEqual(["evt_a_0"]);
});

test("a store that is slow to answer is not asked again and again", async () => {
  const store = sqliteStore(":memory:");
  const claims = Promise.withResolvers<void>();
  let looks = 0;
  const slow: Store = {
    ...store,
    due: async (...args) => {
      looks += 1;
      return store.due(...args);
    },
    claimDelivery: async (...args) => {
      await claims.promise;
      return store.claimDelivery(...args);
    },
  };
  const { deliverer, clock } = openScene([], { store: slow });
  for (let job = 0; job < 100; job += 1) await queue(store, "old", events(`job-${job}`, 1));
  const running = deliverer.deliverDue(new AbortController().signal);
  await quiet();
  expect(looks).toBe(2);
  claims.resolve();
  await clock.run(running);
  expect((await store.due(clock.now, 1)).length).toBe(0);
});

test("a post that takes longer than its lease is not begun again by who makes it", async () => {
  const gate = Promise.withResolvers<Outcome>();
  const hook = receiver("hook", () => gate.promise);
  const { store, deliverer, clock, settled } = openScene([hook]);
  await queue(store, "hook", events("a", 1));
  const running = deliverer.deliverDue(new AbortController().signal);
  await clock.advance(60_000);
  gate.resolve({ state: "delivered" });
  await clock.run(running);
  expect(hook.posts).toHaveLength(1);
  expect(settled).toEqual(["hook evt_a_0 delivered"]);
});

describe("a call while another one runs", () => {
  test("joins it, and begins nothing twice", async () => {
    const gate = Promise.withResolvers<Outcome>();
    const hook = receiver("hook", () => gate.promise);
    const { store, deliverer, clock } = openScene([hook]);
    await queue(store, "hook", events("a", 1));
    const stop = new AbortController().signal;
    const calls = [deliverer.deliverDue(stop), deliverer.deliverDue(stop), deliverer.deliverDue(stop)];
    await quiet();
    expect(hook.posts).toHaveLength(1);
    gate.resolve({ state: "delivered" });
    await clock.run(Promise.all(calls));
    expect(hook.posts).toHaveLength(1);
  });

  test("ends when that one ends, whatever its own stop says", async () => {
    const gates = new Map(["evt_a_0", "evt_b_0"].map((id) => [id, Promise.withResolvers<Outcome>()]));
    const hook = receiver("hook", (_nth, _signal, id) => gates.get(id)!.promise);
    const { store, deliverer, clock } = openScene([hook]);
    await queue(store, "hook", events("a", 1));
    const first = deliverer.deliverDue(new AbortController().signal);
    await quiet();
    let over = false;
    const second = deliverer.deliverDue(AbortSignal.abort()).then(() => {
      over = true;
    });
    await quiet();
    await queue(store, "hook", events("b", 1));
    gates.get("evt_a_0")!.resolve({ state: "delivered" });
    await quiet();
    expect(idsOf(hook)).toEqual(["evt_a_0", "evt_b_0"]);
    expect(over).toBe(false);
    gates.get("evt_b_0")!.resolve({ state: "delivered" });
    await clock.run(Promise.all([first, second]));
  });

  test("looks at once at what was queued before it", async () => {
    const gate = Promise.withResolvers<Outcome>();
    const hook = receiver("hook", (nth) => (nth === 1 ? gate.promise : { state: "delivered" }));
    const { store, deliverer, clock } = openScene([hook]);
    await queue(store, "hook", events("a", 1));
    const stop = new AbortController().signal;
    const first = deliverer.deliverDue(stop);
    await quiet();
    await queue(store, "hook", events("b", 1));
    const second = deliverer.deliverDue(stop);
    await quiet();
    expect(idsOf(hook)).toEqual(["evt_a_0", "evt_b_0"]);
    gate.resolve({ state: "delivered" });
    await clock.run(Promise.all([first, second]));
  });

  test("at its very end is not lost with it", async () => {
    const hook = receiver("hook");
    // However many turns after the start of the first call it comes.
    for (let turns = 0; turns < 40; turns += 1) {
      const { store, deliverer, clock } = openScene([hook]);
      const stop = new AbortController().signal;
      const first = deliverer.deliverDue(stop);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await queue(store, "hook", events(`turn-${turns}`, 1));
      await clock.run(Promise.all([first, deliverer.deliverDue(stop)]));
      expect(hook.posts, `after ${turns} turns`).toHaveLength(turns + 1);
      await store.close();
    }
  });
});

describe("a receiver that the configuration no longer has", () => {
  test("gets its events when it is back", async () => {
    const clock = openClock();
    const store = sqliteStore(":memory:");
    await queue(store, "old", events("a", 2));
    const without = openScene([], { clock, store });
    await without.deliver();
    expect(without.settled).toEqual(["old evt_a_0 retry"]);
    expect(await store.head({ uid: "a", receiver: "old" })).toMatchObject({
      ...{ failures: 0, nextAttemptAt: NOW + 10 * MINUTE, error: "the configuration has no receiver old" },
    });
    const old = receiver("old");
    await clock.advance(10 * MINUTE);
    await openScene([old], { clock, store }).deliver();
    expect(idsOf(old)).toEqual(["evt_a_0", "evt_a_1"]);
  });

  test("is given up after three days", async () => {
    const { store, settled, deliver, clock } = openScene([]);
    await queue(store, "old", events("a", 1));
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await deliver();
      clock.now += 6 * 60 * MINUTE;
    }
    expect(settled).toEqual(Array(12).fill("old evt_a_0 retry"));
    clock.now += 1;
    await deliver();
    expect(settled.at(-1)).toBe("old evt_a_0 dead");
  });

  test("holds up nobody, however much waits for it", async () => {
    const hook = receiver("hook");
    const { store, deliver } = openScene([hook]);
    for (let job = 0; job < 150; job += 1) await queue(store, "old", events(`job-${job}`, 1));
    await queue(store, "hook", events("a", 1));
    await deliver();
    expect(idsOf(hook)).toEqual(["evt_a_0"]);
  });
});

describe("after stop", () => {
  test("nothing begins", async () => {
    const hook = receiver("hook");
    const { store, deliverer } = openScene([hook]);
    await queue(store, "hook", events("a", 1));
    await deliverer.deliverDue(AbortSignal.abort());
    expect(hook.posts).toEqual([]);
    expect((await store.head(STREAM))?.attempts).toBe(0);
  });

  test("nothing begins that waited for its pace", async () => {
    const clock = openClock();
    const chat = receiver("chat", undefined, { minGapMs: 1_000, clock });
    const { store, deliverer } = openScene([chat], { clock });
    await queue(store, "chat", events("a", 2));
    const stop = new AbortController();
    const running = deliverer.deliverDue(stop.signal);
    await quiet();
    stop.abort();
    await running;
    expect(idsOf(chat)).toEqual(["evt_a_0"]);
    expect((await store.head({ uid: "a", receiver: "chat" }))?.attempts).toBe(0);
  });

  test("what is under way goes on to its end, and nothing follows it", async () => {
    const gate = Promise.withResolvers<Outcome>();
    const hook = receiver("hook", () => gate.promise);
    const { store, deliverer, settled, clock } = openScene([hook]);
    await queue(store, "hook", events("a", 2));
    const stop = new AbortController();
    const running = deliverer.deliverDue(stop.signal, new AbortController().signal);
    await quiet();
    stop.abort();
    await queue(store, "hook", events("b", 1));
    deliverer.nudge();
    await quiet();
    gate.resolve({ state: "delivered" });
    await clock.run(running);
    expect(settled).toEqual(["hook evt_a_0 delivered"]);
    expect(idsOf(hook)).toEqual(["evt_a_0"]);
  });

  test("and cut, what is under way ends, and is sent again at once by the next start, with the same id", async () => {
    const store = sqliteStore(":memory:");
    const hung = receiver("hook", (_, signal) => hangs(signal));
    const { deliverer, settled, clock } = openScene([hung], { store });
    await queue(store, "hook", events("a", 1));
    const [stop, cut] = [new AbortController(), new AbortController()];
    const running = deliverer.deliverDue(stop.signal, cut.signal);
    await quiet();
    stop.abort();
    await clock.advance(2_000);
    expect(settled).toEqual([]);
    cut.abort();
    await clock.run(running);
    const head = await store.head(STREAM);
    expect(head).toMatchObject({
      attempts: 1,
      failures: 0,
      nextAttemptAt: clock.now,
      error: "stopped before the answer came",
    });
    const next = receiver("hook");
    await openScene([next], { store, clock }).deliver();
    expect(idsOf(next)).toEqual(idsOf(hung));
  });

  test("an answer that came is kept, also where it came with the cut", async () => {
    const cut = new AbortController();
    const hook = receiver("hook", () => {
      cut.abort();
      return { state: "delivered" };
    });
    const { store, deliverer, settled, clock } = openScene([hook]);
    await queue(store, "hook", events("a", 1));
    await clock.run(deliverer.deliverDue(new AbortController().signal, cut.signal));
    expect(settled).toEqual(["hook evt_a_0 delivered"]);
  });

  test("alone, without a cut of its own, what is under way is cut", async () => {
    const hung = receiver("hook", (_, signal) => hangs(signal));
    const { store, deliverer, clock } = openScene([hung]);
    await queue(store, "hook", events("a", 1));
    const stop = new AbortController();
    const running = deliverer.deliverDue(stop.signal);
    await quiet();
    stop.abort();
    await clock.run(running);
    expect((await store.head(STREAM))?.failures).toBe(0);
  });
});

describe("two deliverers of one store", () => {
  test("post nothing twice", async () => {
    const [clock, store] = [openClock(), sqliteStore(":memory:")];
    const hook = receiver("hook");
    const scenes = [openScene([hook], { clock, store }), openScene([hook], { clock, store })];
    for (let job = 0; job < 20; job += 1) await queue(store, "hook", events(`job-${job}`, 2));
    await Promise.all(scenes.map(({ deliver }) => deliver()));
    expect(hook.posts).toHaveLength(40);
    expect(new Set(idsOf(hook)).size).toBe(40);
  });

  test("of which one took so long that its post became the other's say only what is written down", async () => {
    const [clock, store] = [openClock(), sqliteStore(":memory:")];
    const gate = Promise.withResolvers<Outcome>();
    const slow = openScene([receiver("hook", () => gate.promise)], { clock, store });
    const quick = openScene([receiver("hook")], { clock, store });
    await queue(store, "hook", events("a", 1));
    const running = slow.deliverer.deliverDue(new AbortController().signal);
    await quiet();
    clock.now += 30_000;
    await quick.deliver();
    gate.resolve(FAILED);
    await clock.run(running);
    expect([quick.settled, slow.settled]).toEqual([["hook evt_a_0 delivered"], []]);
    expect(await store.counts()).toMatchObject({ pending: 0 });
  });
});

describe("a store that breaks", () => {
  const broken = new StoreError("unavailable", "the disk is full");

  test.each(["due", "claimDelivery", "settle"] as const)(
    "at %s rejects the call, and the next one goes on",
    async (method) => {
      const store = sqliteStore(":memory:");
      let breaks = true;
      const failing: Store = {
        ...store,
        [method]: async (...args: never[]) => {
          if (breaks) throw broken;
          return (store[method] as (...args: never[]) => Promise<unknown>)(...args);
        },
      };
      const hook = receiver("hook");
      const { deliver, clock } = openScene([hook], { store: failing });
      for (const uid of ["a", "b", "c"]) await queue(store, "hook", events(uid, 1));
      await expect(deliver()).rejects.toBe(broken);
      breaks = false;
      await clock.advance(30_000);
      await deliver();
      expect(await store.counts()).toMatchObject({ pending: 0 });
      expect(new Set(idsOf(hook)).size).toBe(3);
    },
  );

  test("rejects the call only when nothing is under way any more", async () => {
    const store = sqliteStore(":memory:");
    const gate = Promise.withResolvers<Outcome>();
    const [hung, hook] = [receiver("hung", () => gate.promise), receiver("hook")];
    const failing: Store = {
      ...store,
      settle: async (claimed, settlement) => {
        if (claimed.receiver === "hook") throw broken;
        return store.settle(claimed, settlement);
      },
    };
    const { deliverer, settled, clock } = openScene([hung, hook], { store: failing });
    for (const name of ["hung", "hook"]) await queue(store, name, events("a", 1));
    let over = false;
    const running = deliverer.deliverDue(new AbortController().signal).finally(() => {
      over = true;
    });
    running.catch(() => {});
    await quiet();
    expect(over).toBe(false);
    gate.resolve({ state: "delivered" });
    await expect(clock.run(running)).rejects.toBe(broken);
    expect(settled).toEqual(["hung evt_a_0 delivered"]);
  });

  test("while others are under way is told of, though nobody waited for it just then", async () => {
    const store = sqliteStore(":memory:");
    const gates = [Promise.withResolvers<Outcome>(), Promise.withResolvers<Outcome>()];
    const hook = receiver("hook", (nth) => gates[nth - 1]?.promise ?? { state: "delivered" });
    const look = Promise.withResolvers<void>();
    let looks = 0;
    const failing: Store = {
      ...store,
      // The second look takes long enough for the second post to end, badly, meanwhile.
      due: async (...args) => {
        looks += 1;
        if (looks === 2) await look.promise;
        return store.due(...args);
      },
      settle: async (claimed, settlement) => {
        if (claimed.event.uid === "b") throw broken;
        return store.settle(claimed, settlement);
      },
    };
    const { deliverer, clock } = openScene([hook], { store: failing });
    for (const uid of ["a", "b"]) await queue(store, "hook", events(uid, 1));
    const running = deliverer.deliverDue(new AbortController().signal);
    running.catch(() => {});
    await quiet();
    gates[0]!.resolve({ state: "delivered" });
    await quiet();
    gates[1]!.resolve({ state: "delivered" });
    await quiet();
    look.resolve();
    await expect(clock.run(running)).rejects.toBe(broken);
  });

  test("between two looks is told of after them", async () => {
    const store = sqliteStore(":memory:");
    const look = Promise.withResolvers<void>();
    let looks = 0;
    const failing: Store = {
      ...store,
      due: async (...args) => {
        looks += 1;
        if (looks === 2) await look.promise;
        return store.due(...args);
      },
      claimDelivery: async () => {
        throw broken;
      },
    };
    const { deliverer, clock } = openScene([receiver("hook")], { store: failing });
    for (let job = 0; job < 64; job += 1) await queue(store, "hook", events(`job-${job}`, 1));
    const running = deliverer.deliverDue(new AbortController().signal);
    running.catch(() => {});
    await quiet();
    look.resolve();
    await expect(clock.run(running)).rejects.toBe(broken);
    expect(looks).toBe(2);
  });

  test("a receiver that throws, which none may do, is an error like that", async () => {
    const mistake = new TypeError("not a function");
    const hook = receiver("hook", () => {
      throw mistake;
    });
    const { store, deliver } = openScene([hook]);
    await queue(store, "hook", events("a", 1));
    await expect(deliver()).rejects.toBe(mistake);
  });
});

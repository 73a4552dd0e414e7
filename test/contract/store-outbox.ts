import { expect, test } from "vitest";
import type { JobEvent } from "#jobs/event";
import type { Settlement } from "#store/store";
import { jobEvent } from "../support/events.ts";
import { advance, claimed, DAY, drain, event, ids, MINUTE, NOW, queue, step } from "../support/store-steps.ts";
import type { TwoStores } from "./store.ts";

const stream = { uid: "u1", receiver: "chat" };
const [first, second, third] = [event("u1", 1), event("u1", 2), event("u1", 3)];
const later = NOW + 5 * MINUTE;
const delivered: Settlement = { state: "delivered", at: NOW };
const dead: Settlement = { state: "dead", at: NOW, error: "chat answered 404: no_service" };
const retry = {
  state: "retry" as const,
  nextAttemptAt: later,
  failed: true,
  error: "chat answered 503",
} satisfies Settlement;

const FULL: Required<JobEvent> = {
  ...jobEvent(),
  id: "evt_full",
  event: "Failed",
  reason: "r",
  message: "m",
  durationSeconds: 12,
  previous: { event: "Running", at: "2026-11-21T00:13:11Z" },
  sincePreviousSeconds: 3,
  annotations: { "example.com/owner": "vision" },
  rule: { type: "restarts", since: "2026-11-21T00:13:11Z", seconds: 3600, restarts: 4, moreThan: 3 },
  explanation: {
    pod: "mnist-worker-1",
    replica: "Worker 1",
    container: "pytorch",
    exitCode: 137,
    signal: "SIGKILL",
    reason: "OOMKilled",
    message: "m",
    log: ["out of memory"],
    warnings: [{ reason: "BackOff", message: "Back-off restarting failed container", count: 3 }],
  },
};

const { reason, message, previous, durationSeconds, sincePreviousSeconds, ...BARE } = jobEvent();

/** The deliveries: what is queued, what is due, who attempts it, and what becomes of it. */
export function outboxContract(stores: TwoStores): void {
  test("a queued delivery is due at once, with the time at which it was queued", async () => {
    const [store] = await stores();
    await queue(store, "chat", [first]);
    const fresh = { receiver: "chat", event: first, order: NOW, state: "pending", attempts: 0, failures: 0 };
    expect(await store.due(NOW, 10)).toEqual([{ ...fresh, queuedAt: NOW, nextAttemptAt: NOW }]);
    expect(await store.due(NOW - 1, 10)).toEqual([]);
  });

  test.each<[string, JobEvent]>([
    ["every field", FULL],
    ["no optional field", BARE],
    ["60 kB of text", jobEvent({ message: '\\"\n🔥x'.repeat(10_000) })],
    ["hostile text", jobEvent({ name: "'; DROP TABLE job; --", message: "\u0001\u001b[31m\u202e\ud83d", reason: "" })],
    ["hostile names", jobEvent({ labels: { "a/b#c": "🔔", "'\"": "" }, replicas: {} })],
  ])("an event with %s comes out as it went in", async (_, any) => {
    const [store] = await stores();
    await queue(store, "chat", [any]);
    expect((await store.head({ uid: any.uid, receiver: "chat" }))?.event).toEqual(any);
  });

  test.each([
    [
      ["a#b", "c"],
      ["a", "b#c"],
    ],
    [
      ["a%23b", "c"],
      ["a#b", "c"],
    ],
    [
      ["a/b", "c"],
      ["a", "b/c"],
    ],
    [
      ["u", "🔔 'quoted' \"name\""],
      ["u", "\u0001\u001b"],
    ],
  ])("the streams %j and %j are two", async (a, b) => {
    const [store] = await stores();
    await queue(store, a[1]!, [event(a[0]!, 1, { id: "evt_1" })]);
    await queue(store, b[1]!, [event(b[0]!, 2, { id: "evt_2" })], NOW + 1);
    expect(ids(await store.due(NOW + 1, 10))).toEqual(["evt_1", "evt_2"]);
    expect((await store.head({ uid: a[0]!, receiver: a[1]! }))?.event.id).toBe("evt_1");
    expect((await store.head({ uid: b[0]!, receiver: b[1]! }))?.event.id).toBe("evt_2");
  });

  test("the events of one step keep their order, and later steps come behind them whatever the clock says", async () => {
    const [store] = await stores();
    await queue(store, "chat", [first, second, third]);
    await queue(store, "chat", [event("u1", 4), event("u1", 5)], NOW - MINUTE);
    await queue(store, "chat", [event("u1", 6)], NOW + MINUTE);
    const sent = await drain(store, NOW + MINUTE);
    expect(ids(sent)).toEqual([1, 2, 3, 4, 5, 6].map((number) => `evt_u1_${number}`));
    expect(sent.map(({ order }) => order - NOW)).toEqual([0, 1, 2, 3, 4, MINUTE]);
  });

  test("a stream of many events leaves in order", async () => {
    const [store] = await stores();
    const events = Array.from({ length: 20 }, (_, index) => event("u1", 20 - index));
    await queue(store, "chat", events.slice(0, 12));
    await queue(store, "chat", events.slice(12));
    expect(ids(await drain(store, NOW))).toEqual(events.map(({ id }) => id));
  });

  test("an event goes to each of its receivers on its own", async () => {
    const [store] = await stores();
    const to = (receiver: string) => ({ receiver, event: first });
    await store.advance(step({ deliveries: [to("chat"), to("hook")] }));
    expect((await store.due(NOW, 10)).map(({ receiver }) => receiver)).toEqual(["chat", "hook"]);
    await store.settle(await claimed(store, await store.head(stream)), retry);
    expect((await store.due(NOW, 10)).map(({ receiver }) => receiver)).toEqual(["hook"]);
  });

  test("receivers that are passed over leave room for the others", async () => {
    const [store] = await stores();
    const receivers = ["#ml/alerts", "chat", "hook"];
    await store.advance(step({ deliveries: receivers.map((receiver) => ({ receiver, event: first })) }));
    const due = async (limit: number, except: readonly string[]) =>
      (await store.due(NOW, limit, except)).map(({ receiver }) => receiver);
    expect(await due(10, ["chat"])).toEqual(["#ml/alerts", "hook"]);
    expect(await due(1, ["#ml/alerts", "chat", "gone"])).toEqual(["hook"]);
    expect(await due(10, receivers)).toEqual([]);
  });

  test("the same event for the same receiver in one step is one delivery", async () => {
    const [store] = await stores();
    await queue(store, "chat", [first, first, second, first]);
    expect(await store.counts()).toMatchObject({ pending: 2 });
    expect(ids(await drain(store, NOW))).toEqual(["evt_u1_1", "evt_u1_2"]);
  });

  test.each<[string, Settlement]>([
    ["was delivered", delivered],
    ["is dead", dead],
    ["waits for its next attempt", retry],
  ])(
    "an event that %s is left as it is when it is noticed again; the new ones beside it are queued",
    async (_, was) => {
      const [store] = await stores();
      await queue(store, "chat", [first]);
      await store.settle(await claimed(store, await store.head(stream)), was);
      const { pending, dead: lost } = await store.counts();
      await queue(store, "chat", [first, second], NOW + 1);
      expect(await store.counts()).toMatchObject({ pending: pending + 1, dead: lost });
      expect(ids(await drain(store, later))).toEqual(was === retry ? ["evt_u1_1", "evt_u1_2"] : ["evt_u1_2"]);
    },
  );

  test("the oldest are due first, at most as many as asked for, one of each stream", async () => {
    const [store] = await stores();
    for (const [uid, age] of [
      ["d", 1],
      ["c", 3],
      ["b", 0],
      ["a", 2],
    ] as const) {
      await queue(store, "chat", [event(uid, 1), event(uid, 2)], NOW - age * MINUTE);
    }
    expect(ids(await store.due(NOW, 10))).toEqual(["evt_c_1", "evt_a_1", "evt_d_1", "evt_b_1"]);
    expect(ids(await store.due(NOW, 2))).toEqual(["evt_c_1", "evt_a_1"]);
    expect(ids(await store.due(NOW - 2 * MINUTE, 10))).toEqual(["evt_c_1", "evt_a_1"]);
  });

  test("more streams than fit in one look are found one after the other", async () => {
    const [store] = await stores();
    const uids = Array.from({ length: 40 }, (_, index) => `u${String(index).padStart(2, "0")}`);
    await Promise.all(uids.map((uid, index) => queue(store, "chat", [event(uid, 1)], NOW + index)));
    expect(ids(await store.due(NOW + 100, 35))).toEqual(uids.slice(0, 35).map((uid) => `evt_${uid}_1`));
    expect(await store.due(NOW + 100, 100)).toHaveLength(40);
  });

  test("a claimed delivery is one attempt more, and is due to nobody until its lease ends", async () => {
    const [one, other] = await stores();
    await queue(one, "chat", [first, second]);
    const claim = await claimed(one, await other.head(stream));
    expect(claim).toMatchObject({ event: first, attempts: 1, failures: 0, state: "pending" });
    expect(await other.due(NOW + MINUTE - 1, 10)).toEqual([]);
    expect(await other.head(stream)).toEqual(claim);
    expect(await other.due(NOW + MINUTE, 10)).toEqual([claim]);
  });

  test("a delivery is claimed by one at a time, the holder itself included", async () => {
    const [one, other] = await stores();
    await queue(one, "chat", [first]);
    const claim = await claimed(one, await one.head(stream));
    expect(await other.claimDelivery(claim, { until: NOW + MINUTE }, NOW)).toBe("taken");
    expect(await one.claimDelivery(claim, { until: NOW + MINUTE }, NOW)).toBe("taken");
    expect(await other.claimDelivery(claim, { until: later }, NOW + MINUTE)).toMatchObject({ attempts: 2 });
  });

  test.each<[string, Settlement]>([
    ["delivered", delivered],
    ["dead", dead],
    ["not due yet", retry],
  ])("a delivery that is %s is not claimed by who read it earlier", async (_, settlement) => {
    const [one, other] = await stores();
    await queue(one, "chat", [first]);
    const read = await other.head(stream);
    await one.settle(await claimed(one, read), settlement);
    expect(await other.claimDelivery(read!, { until: later }, later - 1)).toBe("taken");
  });

  test("a delivery that was never queued is taken", async () => {
    const [store] = await stores();
    await queue(store, "chat", [first]);
    const unknown = { ...(await store.head(stream))!, event: second };
    expect(await store.claimDelivery(unknown, { until: later }, NOW)).toBe("taken");
    expect(await store.settle(unknown, delivered)).toBe("taken");
  });

  test("an attempt whose lease ended and that somebody began again is not settled by its first holder", async () => {
    const [one, other] = await stores();
    await queue(one, "chat", [first]);
    const late = await claimed(one, await one.head(stream));
    const again = await claimed(other, late, NOW + MINUTE);
    for (const settlement of [delivered, dead, retry]) expect(await one.settle(late, settlement)).toBe("taken");
    expect(await other.head(stream)).toEqual(again);
    expect(await other.settle(again, delivered)).toBe("settled");
  });

  test("of two attempts of one holder, the first is not settled in place of the second", async () => {
    const [store] = await stores();
    await queue(store, "chat", [first]);
    const late = await claimed(store, await store.head(stream));
    const again = await claimed(store, late, NOW + MINUTE);
    expect(await store.settle(late, delivered)).toBe("taken");
    expect(await store.settle(again, retry)).toBe("settled");
  });

  test("an attempt whose lease ended and that nobody began again is settled by its holder", async () => {
    const [store] = await stores();
    await queue(store, "chat", [first]);
    const late = await claimed(store, await store.head(stream));
    expect(await store.settle(late, { state: "delivered", at: NOW + DAY })).toBe("settled");
    expect(await store.due(NOW + DAY, 10)).toEqual([]);
  });

  test("an attempt is settled once, and only after it was claimed", async () => {
    const [store] = await stores();
    await queue(store, "chat", [first]);
    expect(await store.settle((await store.head(stream))!, delivered)).toBe("taken");
    const claim = await claimed(store, await store.head(stream));
    expect(await store.settle(claim, retry)).toBe("settled");
    for (const settlement of [delivered, dead, retry]) expect(await store.settle(claim, settlement)).toBe("taken");
  });

  test("a retry waits for its time, and holds back what is behind it, also what comes later", async () => {
    const [store] = await stores();
    await queue(store, "chat", [first, second]);
    await store.settle(await claimed(store, await store.head(stream)), retry);
    await queue(store, "chat", [third], NOW + 1);
    for (const now of [NOW + 1, NOW + MINUTE, later - 1]) expect(await store.due(now, 10)).toEqual([]);
    expect(ids(await store.due(later, 10))).toEqual(["evt_u1_1"]);
    expect(ids(await drain(store, later))).toEqual(["evt_u1_1", "evt_u1_2", "evt_u1_3"]);
  });

  test("a retry says why, and counts as a failure only where it was one", async () => {
    const [store] = await stores();
    await queue(store, "chat", [first]);
    await store.settle(await claimed(store, await store.head(stream)), { ...retry, nextAttemptAt: NOW });
    await store.settle(await claimed(store, await store.head(stream)), { ...retry, failed: false, error: "slower" });
    const waits = { attempts: 2, failures: 1, error: "slower", nextAttemptAt: later, state: "pending" };
    expect(await store.head(stream)).toMatchObject(waits);
  });

  test("a time between two milliseconds is the later one", async () => {
    const [store] = await stores();
    await queue(store, "chat", [first]);
    const claim = await store.claimDelivery((await store.head(stream))!, { until: NOW + 0.5 }, NOW);
    if (claim !== "taken") await store.settle(claim, { ...retry, nextAttemptAt: NOW + 10.25 });
    expect(await store.due(NOW + 10, 10)).toEqual([]);
    expect(ids(await store.due(NOW + 11, 10))).toEqual(["evt_u1_1"]);
    expect(await store.claimScope("w", { until: NOW + 0.5 }, NOW)).toMatchObject({ interrupted: false });
    expect(await store.claimScope("w", { until: NOW + 2 }, NOW + 1)).toMatchObject({ interrupted: true });
  });

  test.each([
    ["delivered", delivered],
    ["dead", dead],
  ])("a %s delivery makes room for the next one at once", async (_, settlement) => {
    const [store] = await stores();
    await queue(store, "chat", [first, second]);
    await store.settle(await claimed(store, await store.head(stream)), settlement);
    expect((await store.head(stream))?.event).toEqual(second);
    expect(ids(await store.due(NOW, 10))).toEqual(["evt_u1_2"]);
    await store.settle(await claimed(store, await store.head(stream)), settlement);
    expect(await store.head(stream)).toBeUndefined();
    expect(await store.due(NOW + DAY, 10)).toEqual([]);
  });

  test("what waits and what is dead is counted", async () => {
    const [store] = await stores();
    expect(await store.counts()).toEqual({ pending: 0, held: 0, dead: 0, oldestPendingAt: undefined });
    await queue(store, "chat", [first, second]);
    await queue(store, "hook", [event("u2", 1)], NOW - MINUTE);
    await queue(store, "hook", [event("u3", 1)], NOW + MINUTE);
    expect(await store.counts()).toEqual({ pending: 4, held: 0, dead: 0, oldestPendingAt: NOW - MINUTE });
    await store.settle(await claimed(store, await store.head(stream)), dead);
    await store.settle(await claimed(store, await store.head({ uid: "u2", receiver: "hook" })), delivered);
    expect(await store.counts()).toEqual({ pending: 2, held: 0, dead: 1, oldestPendingAt: NOW });
    await store.settle(await claimed(store, await store.head(stream)), retry);
    expect(await store.counts()).toEqual({ pending: 2, held: 0, dead: 1, oldestPendingAt: NOW });
  });

  test("what waits for a receiver that is left alone on purpose is counted apart, and is not the oldest", async () => {
    const [store] = await stores();
    await queue(store, "chat", [first, second], NOW - MINUTE);
    await queue(store, "hook", [event("u2", 1)]);
    const isChat = (receiver: string) => receiver === "chat";
    expect(await store.counts(isChat)).toEqual({ pending: 3, held: 2, dead: 0, oldestPendingAt: NOW });
    expect(await store.counts(() => true)).toEqual({ pending: 3, held: 3, dead: 0, oldestPendingAt: undefined });
  });

  test("a sweep leaves what is pending for ever, delivered for 7 days, dead for 30", async () => {
    const [store] = await stores();
    await queue(store, "chat", [first, second, third]);
    await store.settle(await claimed(store, await store.head(stream)), delivered);
    await store.sweep(NOW + 7 * DAY - 1);
    await store.settle(await claimed(store, await store.head(stream)), dead);
    await store.sweep(NOW + 7 * DAY - 1);
    await advance(store, {
      key: "ml/again",
      deliveries: [first, second].map((each) => ({ receiver: "chat", event: each })),
    });
    expect(await store.counts()).toEqual({ pending: 1, held: 0, dead: 1, oldestPendingAt: NOW });
    await store.sweep(NOW + 30 * DAY - 1);
    expect(await store.counts()).toEqual({ pending: 1, held: 0, dead: 1, oldestPendingAt: NOW });
    await store.sweep(NOW + 300 * DAY);
    expect((await store.head(stream))?.event).toEqual(third);
  });
}

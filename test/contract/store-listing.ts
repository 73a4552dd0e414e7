import { expect, test } from "vitest";
import type { Delivery, DeliveryQuery, Settlement, Store } from "#store/store";
import { advance, claimed, DAY, drain, event, ids, MINUTE, NOW, queue, settleHead } from "../support/store-steps.ts";
import type { TwoStores } from "./store.ts";

const stream = { uid: "u1", receiver: "chat" };
const later = NOW + 5 * MINUTE;
const delivered = { state: "delivered" as const, at: NOW } satisfies Settlement;
const inDigest = { ...delivered, digest: "dig_1" } satisfies Settlement;
const dead = { state: "dead" as const, at: NOW, error: "chat answered 404: no_service" } satisfies Settlement;
const retry = {
  state: "retry" as const,
  nextAttemptAt: later,
  failed: true,
  error: "chat answered 503",
} satisfies Settlement;

const events = (uid: string, ...numbers: readonly number[]) => numbers.map((number) => event(uid, number));

/** Every state there is, on several receivers, the youngest last. */
async function fill(store: Store): Promise<void> {
  await queue(store, "chat", events("u1", 1, 2, 3), NOW - 9 * MINUTE);
  await settleHead(store, stream, { ...inDigest, at: NOW - MINUTE });
  await settleHead(store, stream, dead);
  await queue(store, "chat", events("u2", 1), NOW - 8 * MINUTE);
  await settleHead(store, { uid: "u2", receiver: "chat" }, retry);
  await queue(store, "hook", events("u3", 1, 2), NOW - 7 * MINUTE);
  await settleHead(store, { uid: "u3", receiver: "hook" }, delivered);
  await queue(store, "#ml/alerts", events("u4", 1), NOW - 6 * MINUTE);
  await settleHead(store, { uid: "u4", receiver: "#ml/alerts" }, dead);
}

/** The deliveries by what they are: those that wait for a receiver, those that people ask for, and those that go again. */
export function listingContract(stores: TwoStores): void {
  test("what waits for a receiver are its streams by age, each whole and in its order, due or not, held or not", async () => {
    const [store, other] = await stores();
    await queue(store, "chat", events("u3", 9, 1), NOW - 1);
    await queue(store, "chat", events("u1", 3, 2, 1), NOW - 3);
    await queue(store, "hook", events("u1", 4), NOW - 4);
    await queue(store, "chat", events("u2", 1), NOW - 2);
    await queue(store, "chat", events("u3", 2), NOW);
    await settleHead(store, { uid: "u2", receiver: "chat" }, retry);
    await claimed(store, await store.head(stream));
    const all = ["evt_u1_3", "evt_u1_2", "evt_u1_1", "evt_u2_1", "evt_u3_9", "evt_u3_1", "evt_u3_2"];
    expect(ids(await other.waiting("chat", 100))).toEqual(all);
    expect(ids(await other.waiting("chat", 5))).toEqual(all.slice(0, 5));
    expect(await other.waiting("nobody", 100)).toEqual([]);
    await settleHead(other, { uid: "u3", receiver: "chat" }, delivered);
    expect((await other.waiting("chat", 100))[0]).toMatchObject({ attempts: 1, receiver: "chat", state: "pending" });
    expect(ids(await other.waiting("chat", 100)).slice(4)).toEqual(["evt_u3_1", "evt_u3_2"]);
  });

  test("more streams than are looked at together are found in their order", async () => {
    const [store] = await stores();
    const uids = Array.from({ length: 60 }, (_, index) => `u${String(index).padStart(2, "0")}`);
    await Promise.all(uids.map((uid, index) => queue(store, "chat", [event(uid, 1)], NOW - index)));
    const oldest = uids.toReversed().map((uid) => `evt_${uid}_1`);
    expect(ids(await store.waiting("chat", 1000))).toEqual(oldest);
    expect(ids(await store.waiting("chat", 41))).toEqual(oldest.slice(0, 41));
  });

  test("all that waits in a stream can be taken at once, in any order, and settled in one message", async () => {
    const [one, other] = await stores();
    await queue(one, "chat", events("u1", 1, 2, 3));
    const waiting = await one.waiting("chat", 10);
    const claims = await Promise.all(waiting.toReversed().map((each) => claimed(one, each)));
    expect(claims.map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
    for (const each of waiting) expect(await other.claimDelivery(each, { until: later }, NOW)).toBe("taken");
    expect(await other.due(NOW, 10)).toEqual([]);
    for (const claim of claims) expect(await one.settle(claim, inDigest)).toBe("settled");
    expect(await other.counts()).toMatchObject({ pending: 0 });
    expect(ids(await other.deliveries({ digest: "dig_1", limit: 10 }))).toEqual(["evt_u1_3", "evt_u1_2", "evt_u1_1"]);
    expect(await other.deliveries({ digest: "dig_2", limit: 10 })).toEqual([]);
  });

  test("all that waited in a stream and was taken at once waits again, in its order", async () => {
    const [store] = await stores();
    await queue(store, "chat", events("u1", 1, 2, 3));
    const claims = await Promise.all((await store.waiting("chat", 10)).map((each) => claimed(store, each)));
    for (const claim of claims) expect(await store.settle(claim, retry)).toBe("settled");
    expect(await store.due(later - 1, 10)).toEqual([]);
    expect(ids(await drain(store, later))).toEqual(["evt_u1_1", "evt_u1_2", "evt_u1_3"]);
  });

  test("a delivery says which message told of it, as long as it is delivered", async () => {
    const [store] = await stores();
    await queue(store, "chat", events("u1", 1, 2));
    await settleHead(store, stream, inDigest);
    await settleHead(store, stream, delivered);
    const [second, first] = await store.deliveries({ limit: 10 });
    expect(first).toMatchObject({ state: "delivered", digest: "dig_1" });
    expect(second).not.toHaveProperty("digest");
    await store.replay(first!, NOW);
    expect(await store.head(stream)).not.toHaveProperty("digest");
  });

  test.each<[string, Omit<DeliveryQuery, "limit">, readonly string[]]>([
    ["all", {}, ["evt_u4_1", "evt_u3_2", "evt_u3_1", "evt_u2_1", "evt_u1_3", "evt_u1_2", "evt_u1_1"]],
    ["what is pending", { state: "pending" }, ["evt_u3_2", "evt_u2_1", "evt_u1_3"]],
    ["what is dead", { state: "dead" }, ["evt_u4_1", "evt_u1_2"]],
    ["what is delivered", { state: "delivered" }, ["evt_u3_1", "evt_u1_1"]],
    ["those of a receiver", { receiver: "chat" }, ["evt_u2_1", "evt_u1_3", "evt_u1_2", "evt_u1_1"]],
    ["the pending ones of a receiver", { state: "pending", receiver: "chat" }, ["evt_u2_1", "evt_u1_3"]],
    ["the dead ones of a receiver", { state: "dead", receiver: "#ml/alerts" }, ["evt_u4_1"]],
    ["an event", { eventId: "evt_u1_2" }, ["evt_u1_2"]],
    ["an event that is dead", { eventId: "evt_u1_2", state: "dead" }, ["evt_u1_2"]],
    ["an event that is not pending", { eventId: "evt_u1_2", state: "pending" }, []],
    ["those of a message", { digest: "dig_1" }, ["evt_u1_1"]],
    ["those of a message that are dead", { digest: "dig_1", state: "dead" }, []],
    ["those of nobody", { receiver: "nobody" }, []],
  ])("a list of %s begins with what was queued last", async (_, query, expected) => {
    const [store, other] = await stores();
    await fill(store);
    expect(ids(await other.deliveries({ ...query, limit: 100 }))).toEqual(expected);
    expect(ids(await other.deliveries({ ...query, limit: 1 }))).toEqual(expected.slice(0, 1));
  });

  test("a list shows each delivery as it is", async () => {
    const [store] = await stores();
    await fill(store);
    await settleHead(store, { uid: "u3", receiver: "hook" }, delivered, "a memo is no delivery");
    const all = await store.deliveries({ limit: 100 });
    expect(all).toHaveLength(7);
    const first = { receiver: "#ml/alerts", event: event("u4", 1), state: "dead" as const, attempts: 1, failures: 0 };
    const queuedAt = NOW - 6 * MINUTE;
    expect(all[0]).toEqual({ ...first, order: queuedAt, queuedAt, nextAttemptAt: queuedAt, error: dead.error });
    expect(all.find((each) => each.event.id === "evt_u2_1")).toMatchObject({ error: retry.error, failures: 1 });
  });

  test.each<[string, Settlement]>([
    ["dead", dead],
    ["delivered", inDigest],
  ])("a %s delivery that is replayed is due at once, as if it were new, and goes as usual", async (_, settlement) => {
    const [one, other] = await stores();
    await queue(one, "chat", events("u1", 1), NOW - DAY);
    await settleHead(one, stream, { ...retry, nextAttemptAt: NOW - MINUTE });
    await settleHead(one, stream, settlement);
    const [read] = await other.deliveries({ limit: 10 });
    expect(await other.replay(read!, NOW + 1)).toBe("queued");
    const fresh = { receiver: "chat", event: event("u1", 1), order: NOW - DAY, state: "pending" };
    expect(await one.due(NOW, 10)).toEqual([]);
    expect(await one.due(NOW + 1, 10)).toEqual([
      { ...fresh, attempts: 0, failures: 0, queuedAt: NOW + 1, nextAttemptAt: NOW + 1 },
    ]);
    expect(await one.counts()).toEqual({ pending: 1, held: 0, dead: 0, oldestPendingAt: NOW + 1 });
    expect(ids(await drain(one, NOW + 1))).toEqual(["evt_u1_1"]);
    expect(await one.counts()).toMatchObject({ pending: 0, held: 0, dead: 0 });
    await one.sweep(NOW + 6 * DAY);
    await advance(one, { key: "ml/again", deliveries: [{ receiver: "chat", event: event("u1", 1) }] });
    expect(await one.counts()).toMatchObject({ pending: 0 });
  });

  test("a delivery that is replayed goes before what waits behind it", async () => {
    const [store] = await stores();
    await queue(store, "chat", events("u1", 1, 2, 3));
    await settleHead(store, stream, dead);
    await settleHead(store, stream, delivered);
    const [read] = await store.deliveries({ state: "dead", limit: 1 });
    await store.replay(read!, NOW + 1);
    expect(ids(await store.waiting("chat", 10))).toEqual(["evt_u1_1", "evt_u1_3"]);
    expect(ids(await drain(store, NOW + 1))).toEqual(["evt_u1_1", "evt_u1_3"]);
  });

  test("a stream is as old as its head, which may have been replayed just now", async () => {
    const [store] = await stores();
    await queue(store, "chat", events("u1", 1, 2), NOW - 9 * MINUTE);
    await queue(store, "chat", events("u2", 1), NOW - 5 * MINUTE);
    await settleHead(store, stream, dead);
    expect(ids(await store.waiting("chat", 10))).toEqual(["evt_u1_2", "evt_u2_1"]);
    const [read] = await store.deliveries({ state: "dead", limit: 1 });
    await store.replay(read!, NOW);
    expect(ids(await store.waiting("chat", 10))).toEqual(["evt_u2_1", "evt_u1_1", "evt_u1_2"]);
  });

  test("a delivery that is pending, or not as it was read, is not replayed", async () => {
    const [one, other] = await stores();
    await queue(one, "chat", events("u1", 1));
    const pending = await one.head(stream);
    expect(await one.replay(pending!, NOW)).toBe("changed");
    await settleHead(one, stream, dead);
    expect(await one.replay(pending!, NOW)).toBe("changed");
    const [read] = await other.deliveries({ limit: 1 });
    expect(await one.replay({ ...read!, event: event("u1", 2) }, NOW)).toBe("changed");
    expect(await other.replay(read!, NOW)).toBe("queued");
    expect(await one.replay(read!, NOW)).toBe("changed");
    await settleHead(one, stream, dead);
    expect(await other.replay(read!, NOW)).toBe("changed");
    expect(await one.counts()).toMatchObject({ pending: 0, held: 0, dead: 1 });
  });

  test("of many who replay a delivery at once, one does", async () => {
    const both = await stores();
    await queue(both[0], "chat", events("u1", 1));
    await settleHead(both[0], stream, dead);
    const [read] = await both[0].deliveries({ limit: 1 });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => both[index % 2 === 0 ? 0 : 1].replay(read!, NOW)),
    );
    expect(answers.filter((answer) => answer === "queued")).toHaveLength(1);
  });

  test("an attempt of before a replay is not settled in place of one of after it", async () => {
    const [one, other] = await stores();
    await queue(one, "chat", events("u1", 1));
    const late = await claimed(one, await one.head(stream));
    await other.settle(await claimed(other, late, NOW + MINUTE), dead);
    const [read] = await one.deliveries({ limit: 1 });
    await one.replay(read!, NOW);
    const again = await claimed(one, await one.head(stream), NOW + 2 * MINUTE);
    expect(again.attempts).toBe(late.attempts);
    expect(await one.settle(late, delivered)).toBe("taken");
    expect(await one.settle(again, delivered)).toBe("settled");
  });

  test("where a replay meets a settlement, both hold or one does, and nothing is lost", async () => {
    const both = await stores();
    const uids = Array.from({ length: 8 }, (_, index) => `u${index}`);
    for (const uid of uids) await queue(both[0], "chat", events(uid, 1));
    const claims = await Promise.all((await both[0].waiting("chat", 10)).map((each) => claimed(both[0], each)));
    const asDead = (claim: Delivery): Delivery => ({ ...claim, state: "dead" });
    const answers = await Promise.all(
      claims.flatMap((claim) => [both[0].settle(claim, dead), both[1].replay(asDead(claim), NOW)]),
    );
    const queued = answers.filter((answer) => answer === "queued").length;
    expect(answers.filter((answer) => answer === "settled")).toHaveLength(8);
    expect(await both[0].counts()).toMatchObject({ pending: queued, dead: 8 - queued });
  });
}

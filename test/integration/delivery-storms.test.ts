import { describe, expect, test } from "vitest";
import type { Digest, Outcome, Receiver } from "#receivers/receiver";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";
import { event, MINUTE, NOW, queue } from "../support/store-steps.ts";
import { openClock, openScene } from "../unit/delivery/scene.ts";

interface Reader extends Receiver {
  /** What came, by seconds since the beginning: `evt_a_0`, or a digest as `a0 b0 …`. */
  readonly said: readonly string[];
  /** What becomes of the next messages; all others are delivered. */
  readonly script: Outcome[];
}

const SECOND = 1000;
const THROTTLED: Outcome = { state: "retry", reason: "HTTP 429", throttled: true, retryAfterMs: 30 * SECOND };

/** A chat in memory, for which more than three events a minute are too many. */
function reader(name: string, clock: { readonly now: number }, lane?: string): Reader {
  const said: string[] = [];
  const script: Outcome[] = [];
  const hear = (words: string): Outcome => {
    const outcome = script.shift() ?? { state: "delivered" };
    const at = Math.round((clock.now - NOW) / SECOND);
    said.push(`${at}s ${words}${outcome.state === "delivered" ? "" : ` ${outcome.state}`}`);
    return outcome;
  };
  const short = ({ events }: Digest) => events.map(({ id }) => id.replace(/^evt_|_/g, "")).join(" ");
  return {
    ...{ name, kind: "chat", minGapMs: SECOND, said, script, ...(lane !== undefined && { lane }) },
    send: async ({ id }) => hear(id),
    digest: { above: 3, send: async (digest) => hear(`digest of ${short(digest)}`) },
  };
}

const job = (name: string, count = 1) => Array.from({ length: count }, (_, number) => event(name, number));

async function openStorm(lanes: readonly (string | undefined)[] = [undefined], store: Store = sqliteStore(":memory:")) {
  const clock = openClock();
  const readers = lanes.map((lane, index) => reader(`chat${index}`, clock, lane));
  const scene = openScene(readers, { clock, store });
  const tell = async (names: string, receiver = "chat0") => {
    for (const name of names) await queue(store, receiver, job(name));
  };
  const pass = async (ms: number) => {
    clock.now += ms;
    await scene.deliver();
  };
  return { ...scene, store, clock, readers, chat: readers[0]!, tell, pass };
}

describe("for whom more than three events a minute are too many", () => {
  test("three are told one by one, a second apart", async () => {
    const { chat, tell, deliver } = await openStorm();
    await tell("abc");
    await deliver();
    expect(chat.said).toEqual(["0s evt_a_0", "1s evt_b_0", "2s evt_c_0"]);
  });

  test("four at once are one message, and each of them is delivered with its id", async () => {
    const { chat, tell, deliver, store, settled } = await openStorm();
    await tell("abcd");
    await deliver();
    expect(chat.said).toEqual(["0s digest of a0 b0 c0 d0"]);
    expect(settled.toSorted()).toEqual(["a", "b", "c", "d"].map((name) => `chat0 evt_${name}_0 delivered`));
    const delivered = await store.deliveries({ state: "delivered", limit: 10 });
    expect(new Set(delivered.map(({ digest }) => digest)).size).toBe(1);
    expect(delivered[0]?.digest).toMatch(/^dig_[0-9a-f]{32}$/);
    const [{ digest = "" } = {}] = delivered;
    expect(await store.deliveries({ digest, limit: 10 })).toHaveLength(4);
  });

  test("what comes after three of a minute waits for its end, and is a digest then", async () => {
    const { chat, tell, deliver, pass, store } = await openStorm();
    await tell("abc");
    await deliver();
    await tell("d");
    await pass(10 * SECOND);
    await tell("e");
    await pass(10 * SECOND);
    expect(await store.counts()).toMatchObject({ pending: 2 });
    await pass(40 * SECOND);
    expect(chat.said.slice(3)).toEqual(["62s digest of d0 e0"]);
    await tell("f");
    await pass(MINUTE);
    expect(chat.said.slice(4)).toEqual(["122s evt_f_0"]);
  });

  test("one that waited and is alone is told by itself", async () => {
    const { chat, tell, deliver, pass } = await openStorm();
    await tell("abc");
    await deliver();
    await tell("d");
    await pass(SECOND);
    await pass(MINUTE);
    expect(chat.said.slice(3)).toEqual(["63s evt_d_0"]);
  });

  test("all of a job's events are in it, in their order, and none overtakes one that has to wait", async () => {
    const { chat, deliver, store, clock } = await openStorm();
    for (const name of "abcd") await queue(store, "chat0", job(name, 2));
    chat.script.push({ state: "retry", reason: "HTTP 500" });
    await deliver();
    clock.now += 5 * SECOND;
    await queue(store, "chat0", job("e"));
    clock.now += MINUTE;
    await deliver();
    expect(chat.said).toEqual([
      "0s digest of a0 a1 b0 b1 c0 c1 d0 d1 retry",
      "65s digest of a0 a1 b0 b1 c0 c1 d0 d1 e0",
    ]);
  });

  test("a digest that is refused is dead, each event for itself, and may be sent again", async () => {
    const { chat, tell, deliver, store, pass } = await openStorm();
    await tell("abcd");
    chat.script.push({ state: "dead", reason: "HTTP 400" });
    await deliver();
    const dead = await store.deliveries({ state: "dead", limit: 10 });
    expect(dead).toHaveLength(4);
    for (const delivery of dead) expect(await store.replay(delivery, NOW + 2 * MINUTE)).toBe("queued");
    await pass(2 * MINUTE);
    expect(chat.said.at(-1)).toMatch(/^120s digest of [a-d]0 [a-d]0 [a-d]0 [a-d]0$/);
  });

  test("what stands there of its jobs is put right, once for each, by its last event", async () => {
    const { chat, deliver, store, clock } = await openStorm();
    const amended: string[] = [];
    Object.assign(chat, {
      remembers: true,
      async amend({ id }: { id: string }, _now: number, _signal: AbortSignal, memo: string) {
        amended.push(`${id} ${memo}`);
        return { state: "delivered" };
      },
    });
    chat.script.push({ state: "delivered", memo: "of a" });
    await queue(store, "chat0", job("a"));
    await deliver();
    clock.now += MINUTE;
    await queue(store, "chat0", job("a", 3).slice(1));
    for (const name of "bcd") await queue(store, "chat0", job(name));
    await deliver();
    expect(chat.said.at(-1)).toBe("60s digest of b0 c0 d0 a1 a2");
    expect(amended).toEqual(["evt_a_2 of a"]);
  });

  test("nothing is lost of a storm of hundreds, and the messages are few", async () => {
    const { chat, deliver, pass, store } = await openStorm();
    for (let number = 0; number < 700; number += 1) await queue(store, "chat0", [event(`job-${number}`, 0)]);
    await deliver();
    for (let minute = 0; minute < 4; minute += 1) await pass(MINUTE);
    expect(await store.counts()).toMatchObject({ pending: 0, dead: 0 });
    expect(chat.said.length).toBeLessThan(6);
    const ids = chat.said.flatMap((words) => words.match(/job-\d+/g) ?? []);
    expect(new Set(ids).size).toBe(700);
    expect(ids).toHaveLength(700);
  });
});

describe("the pace of a channel", () => {
  test("is shared by two receivers that post to it", async () => {
    const { readers, tell, deliver } = await openStorm(["#ml", "#ml"]);
    await tell("ab", "chat0");
    await tell("a", "chat1");
    await deliver();
    const times = readers.flatMap(({ said }) => said.map((words) => Number.parseInt(words, 10)));
    expect(times.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  test("is shared by two processes, and so is what it asks for: a 429 to one is one to both", async () => {
    const first = await openStorm();
    const chat = reader("chat0", first.clock);
    const second = openScene([chat], { clock: first.clock, store: first.store });
    await first.tell("a");
    first.chat.script.push(THROTTLED);
    await first.deliver();
    await first.tell("b");
    first.clock.now += 10 * SECOND;
    await second.deliver();
    expect(chat.said).toEqual([]);
    first.clock.now += 20 * SECOND;
    await second.deliver();
    expect(chat.said.map((words) => words.slice(0, 3))).toEqual(["30s", "31s"]);
  });

  test("that asks for patience gets it also from who was given a turn before", async () => {
    const { clock, store, deliverer, tell, chat } = await openStorm();
    const never = new AbortController().signal;
    const other = reader("chat0", clock);
    const second = openScene([other], { clock, store });
    Object.assign(chat, { send: () => clock.pause(SECOND / 2, never).then(() => THROTTLED) });
    await tell("ab");
    const stream = (uid: string) => ({ uid, receiver: "chat0" });
    const both = [deliverer.deliverStream(stream("a"), never), second.deliverer.deliverStream(stream("b"), never)];
    await clock.run(Promise.all(both));
    expect(other.said).toEqual([]);
    clock.now = NOW + 31 * SECOND;
    await clock.run(second.deliverer.deliverStream(stream("b"), never));
    expect(other.said).toEqual(["31s evt_b_0"]);
  });

  test("that has to wait keeps no other channel waiting", async () => {
    const { readers, tell, deliver } = await openStorm(["#ml", "#ops"]);
    readers[0]!.script.push(THROTTLED);
    await tell("ab", "chat0");
    await tell("ab", "chat1");
    await deliver();
    expect(readers[1]!.said).toEqual(["0s evt_a_0", "1s evt_b_0"]);
    expect(readers[0]!.said).toEqual(["0s evt_a_0 retry"]);
  });

  test("is kept by functions that deliver one stream each, and what is too much is left for the digest", async () => {
    const { chat, tell, clock, deliverer, store, pass } = await openStorm();
    const names = [..."abcdefgh"];
    await tell("abcdefgh");
    const never = new AbortController().signal;
    await clock.run(Promise.all(names.map((uid) => deliverer.deliverStream({ uid, receiver: "chat0" }, never))));
    expect(chat.said).toEqual(["0s evt_a_0", "1s evt_b_0", "2s evt_c_0"]);
    expect(await store.counts()).toMatchObject({ pending: 5 });
    await pass(MINUTE);
    expect(chat.said.slice(3)).toEqual([expect.stringMatching(/^6\ds digest of d0 e0 f0 g0 h0$/)]);
  });
});

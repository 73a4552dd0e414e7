import { describe, expect, test } from "vitest";
import type { Digest, Receiver } from "#receivers/receiver";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import { leftAlone, withQuiet } from "#wiring/quiet";
import { event, MINUTE, NOW, queue } from "../support/store-steps.ts";
import { openClock, openScene } from "../unit/delivery/scene.ts";

const HOUR = 60 * MINUTE;
/** The tests begin at 02:17 UTC, in the middle of them; they end at seven. */
const NIGHT = [{ from: "22:00", to: "07:00", timeZone: "UTC" }];
const MORNING = Date.UTC(2026, 10, 21, 7);

function openNight({ reads = true }: { readonly reads?: boolean } = {}) {
  const clock = openClock();
  const said: string[] = [];
  const hear = (words: string) => {
    said.push(`${new Date(clock.now).toISOString().slice(11, 16)} ${words}`);
    return { state: "delivered" as const };
  };
  const short = ({ events }: Digest) => events.map(({ id }) => id.replace("evt_", "")).join(" ");
  const chat = (name: string): Receiver => ({
    ...{ name, kind: "chat", lane: name, minGapMs: 1000 },
    send: async ({ id }) => hear(`${name} ${id.replace("evt_", "")}`),
    inChannel: (channel) => chat(`${name}/${channel}`),
    ...(reads && { digest: { above: 20, send: async (digest: Digest) => hear(`${name} digest ${short(digest)}`) } }),
  });
  const store = sqliteStore(":memory:");
  const receivers = [withQuiet(chat("chat"), NIGHT), chat("pager")];
  const scene = openScene(receivers, { clock, store });
  const { deliver } = scene;
  const at = async (time: number) => {
    clock.now = time;
    await deliver();
  };
  return { ...scene, store, clock, said, at };
}

describe("a receiver in its quiet hours", () => {
  test("is told nothing, and afterwards all of it in one message, each event once and in its order", async () => {
    const { store, said, at, settled } = openNight();
    await queue(store, "chat", [event("a", 0), event("a", 1)]);
    await queue(store, "chat", [event("b", 0)]);
    await at(NOW);
    await at(MORNING - 1000);
    expect(said).toEqual([]);
    expect(settled).toEqual([]);
    await at(MORNING);
    expect(said).toEqual(["07:00 chat digest a_0 a_1 b_0"]);
    expect(settled.toSorted()).toEqual(["chat evt_a_0 delivered", "chat evt_a_1 delivered", "chat evt_b_0 delivered"]);
    await at(MORNING + HOUR);
    expect(said).toHaveLength(1);
  });

  test("hears of a single event by itself", async () => {
    const { store, said, at } = openNight();
    await queue(store, "chat", [event("a", 0)]);
    await at(NOW);
    await at(MORNING);
    expect(said).toEqual(["07:00 chat a_0"]);
  });

  test("hears of what comes afterwards at once, behind what waited", async () => {
    const { store, said, at } = openNight();
    await queue(store, "chat", [event("a", 0)]);
    await queue(store, "chat", [event("b", 0)]);
    await at(MORNING);
    await queue(store, "chat", [event("a", 1)], MORNING + 2 * MINUTE);
    await at(MORNING + 2 * MINUTE);
    expect(said).toEqual(["07:00 chat digest a_0 b_0", "07:02 chat a_1"]);
  });

  test("keeps nobody else waiting", async () => {
    const { store, said, at } = openNight();
    for (let job = 0; job < 100; job += 1) await queue(store, "chat", [event(`j${job}`, 0)]);
    await queue(store, "pager", [event("a", 0)]);
    await at(NOW + MINUTE);
    expect(said).toEqual(["02:18 pager a_0"]);
  });

  test("is left alone in other channels too", async () => {
    const { store, said, at } = openNight();
    await queue(store, "chat/#team", [event("a", 0)]);
    await queue(store, "chat/#team", [event("b", 0)]);
    await queue(store, "pager/#team", [event("a", 0)]);
    await at(NOW);
    expect(said).toEqual(["02:17 pager/#team a_0"]);
    await at(MORNING);
    expect(said.slice(1)).toEqual(["07:00 chat/#team digest a_0 b_0"]);
  });

  test("that has no digests gets one message after the other", async () => {
    const { store, said, at } = openNight({ reads: false });
    await queue(store, "chat", [event("a", 0)]);
    await queue(store, "chat", [event("b", 0)]);
    await at(MORNING);
    expect(said.toSorted()).toEqual(["07:00 chat a_0", "07:00 chat b_0"]);
  });

  test("is not served by whoever brings new events either, which leaves what waited to the digest", async () => {
    const { store, said, clock, deliverer } = openNight();
    const stream = { uid: "a", receiver: "chat" };
    const { signal } = new AbortController();
    await queue(store, "chat", [event("a", 0)]);
    await clock.run(deliverer.deliverStream(stream, signal));
    expect(said).toEqual([]);
    clock.now = MORNING;
    await queue(store, "chat", [event("a", 1)], MORNING);
    await clock.run(deliverer.deliverStream(stream, signal));
    expect(said).toEqual([]);
    await clock.run(deliverer.deliverDue(signal));
    expect(said).toEqual(["07:00 chat digest a_0 a_1"]);
  });

  test("has no events brought to it even where it has no digests", async () => {
    const { store, said, clock, deliverer } = openNight({ reads: false });
    const { signal } = new AbortController();
    await queue(store, "chat", [event("a", 0)]);
    await clock.run(deliverer.deliverStream({ uid: "a", receiver: "chat" }, signal));
    expect(said).toEqual([]);
    clock.now = MORNING;
    await clock.run(deliverer.deliverStream({ uid: "a", receiver: "chat" }, signal));
    expect(said).toEqual(["07:00 chat a_0"]);
  });
});

test("a receiver's channels are left alone with it, and nobody whose name only begins alike", () => {
  const isLeftAlone = leftAlone([{ name: "chat", quiet: NIGHT }, { name: "pager" }], NOW);
  expect(["chat", "chat/#team", "chatter", "pager", "pager/#team"].map(isLeftAlone)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(leftAlone([{ name: "chat", quiet: NIGHT }], MORNING)("chat")).toBe(false);
});

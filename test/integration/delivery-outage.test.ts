import { expect, test } from "vitest";
import { BACKOFF_MS } from "#delivery/backoff";
import type { Outcome } from "#receivers/receiver";
import { randomFrom } from "#sim/random";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Delivery, Settlement, Store } from "#store/store";
import { advance, DAY, event, MINUTE, NOW } from "../support/store-steps.ts";
import { openClock, openScene, receiver } from "../unit/delivery/scene.ts";

const RECEIVERS = 500;
const HOUR = 60 * MINUTE;
const MOST_ATTEMPTS = BACKOFF_MS.length + 1;
const NAMES = Array.from({ length: RECEIVERS }, (_, number) => `hook-${number}`);
/** What each receiver is to have in the end, by job. */
const STORIES = { a: 4, b: 1, c: 2 };

/** A day on which all receivers give the same answer. Two jobs say something as it begins; at noon one goes on, and a third begins. */
async function live(answer: Outcome) {
  const clock = openClock();
  const arrived = new Map<string, string[]>(NAMES.map((name) => [name, []]));
  const receivers = NAMES.map((name) =>
    receiver(name, (_nth, _signal, id) => {
      if (clock.now < NOW + DAY) return answer;
      arrived.get(name)?.push(id);
      return { state: "delivered" };
    }),
  );
  const attempts: number[] = [];
  const store = observed(sqliteStore(":memory:"), attempts);
  const random = randomFrom("outage");
  const { deliver } = openScene(receivers, { clock, store, random: () => random.between(0, 1) });
  await say(store, "a", 0, 2, NOW);
  await say(store, "b", 0, 1, NOW);
  for (; clock.now < NOW + 2 * DAY && (await store.counts()).pending > 0; clock.now += MINUTE) {
    if (clock.now === NOW + 12 * HOUR) {
      await say(store, "a", 2, 4, clock.now);
      await say(store, "c", 0, 2, clock.now);
    }
    await deliver();
  }
  const posts = receivers.map(({ posts }) => posts.length);
  return { arrived, attempts, posts, counts: await store.counts() };
}

async function say(store: Store, uid: string, from: number, to: number, now: number): Promise<void> {
  const events = Array.from({ length: to - from }, (_, index) => event(uid, from + index));
  const deliveries = NAMES.flatMap((name) => events.map((each) => ({ receiver: name, event: each })));
  await advance(store, { key: `ml/${uid}`, now, deliveries });
}

/** Notes how many attempts each delivery took. */
function observed(store: Store, attempts: number[]): Store {
  const settle = async (claimed: Delivery, settlement: Settlement, memo?: string) => {
    if (settlement.state !== "retry") attempts.push(claimed.attempts);
    return store.settle(claimed, settlement, memo);
  };
  return { ...store, settle };
}

/** Everything, once, the events of each job in their order. */
function expectEverything(arrived: ReadonlyMap<string, readonly string[]>): void {
  for (const [name, ids] of arrived) {
    for (const [uid, count] of Object.entries(STORIES)) {
      const own = ids.filter((id) => id.startsWith(`evt_${uid}_`));
      const all = Array.from({ length: count }, (_, number) => `evt_${uid}_${number}`);
      expect(own, `${name}, job ${uid}`).toEqual(all);
    }
  }
}

test("500 receivers that refuse every connection for a day have everything after it, in order, within ten attempts a delivery", async () => {
  const { arrived, attempts, counts } = await live({ state: "retry", reason: "the receiver refused the connection" });
  expect(counts).toMatchObject({ pending: 0, dead: 0 });
  expectEverything(arrived);
  expect(attempts).toHaveLength(RECEIVERS * 7);
  expect(Math.max(...attempts)).toBeLessThanOrEqual(MOST_ATTEMPTS);
});

test("500 receivers that ask for an hour's patience for a day have everything after it, in order, and were left alone each time", async () => {
  const { arrived, posts, counts } = await live({
    state: "retry",
    reason: "HTTP 429",
    retryAfterMs: HOUR,
    throttled: true,
  });
  expect(counts).toMatchObject({ pending: 0, dead: 0 });
  expectEverything(arrived);
  // An hour has one post of each job that waits, of which there are three at most; then come the seven that are taken.
  expect(Math.max(...posts)).toBeLessThanOrEqual(24 * 3 + 7);
});

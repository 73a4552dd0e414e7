import { expect, test } from "vitest";
import type { Store } from "#store/store";
import {
  claimed,
  claimedScope,
  event,
  MINUTE,
  memory,
  NOW,
  queue,
  rowOf,
  SCOPE,
  step,
  WATCH,
} from "../support/store-steps.ts";
import type { TwoStores } from "./store.ts";

const until = NOW + MINUTE;

/** What holds when several do the same at the same time. */
export function racesContract(stores: TwoStores): void {
  function times<T>(
    count: number,
    [one, other]: readonly [Store, Store],
    work: (store: Store, index: number) => T,
  ): T[] {
    return Array.from({ length: count }, (_, index) => work(index % 2 === 0 ? one : other, index));
  }

  test("of many who claim a scope at once, one has it", async () => {
    const answers = await Promise.all(times(16, await stores(), (store) => store.claimScope(SCOPE, { until }, NOW)));
    expect(answers.filter((answer) => answer !== "busy")).toMatchObject([{ interrupted: false }]);
  });

  test("of many who take over a scope at once, one has it, and who had it has lost it", async () => {
    const both = await stores();
    const late = await claimedScope(both[0], SCOPE);
    const lease = { until: until + MINUTE };
    const answers = await Promise.all(times(16, both, (store) => store.claimScope(SCOPE, lease, until)));
    expect(answers.filter((answer) => answer !== "busy")).toMatchObject([{ interrupted: true }]);
    expect(await both[0].finishScope(late.claim, new Map())).toBe("lost");
  });

  test("of many who claim a delivery at once, one has it, and it is one attempt", async () => {
    const both = await stores();
    await queue(both[0], "chat", [event("u1", 1)]);
    const read = await both[0].head({ uid: "u1", receiver: "chat" });
    const answers = await Promise.all(times(16, both, (store) => store.claimDelivery(read!, { until }, NOW)));
    expect(answers.filter((answer) => answer !== "taken")).toEqual([{ ...read, attempts: 1 }]);
  });

  test.each([
    ["a new job", false],
    ["a known job", true],
  ])("of many who move %s at once, one does, with its deliveries", async (_, known) => {
    const both = await stores();
    if (known) await both[0].advance(step());
    const before = await rowOf(both[0], WATCH, "ml/mnist");
    const answers = await Promise.all(
      times(12, both, (store, index) => {
        const after = { memory: memory({ uid: `u${index}` }) };
        return store.advance(step({ before, after, deliveries: [{ receiver: "chat", event: event(`u${index}`, 1) }] }));
      }),
    );
    expect(answers.filter((answer) => answer === "advanced")).toHaveLength(1);
    const uid = `u${answers.indexOf("advanced")}`;
    expect((await rowOf(both[0], WATCH, "ml/mnist"))?.memory.uid).toBe(uid);
    expect((await both[0].due(NOW, 20)).map((delivery) => delivery.event.uid)).toEqual([uid]);
  });

  test("two watches that notice the same event at once queue it once, and both move", async () => {
    const both = await stores();
    const events = [1, 2, 3].map((number) => ({ receiver: "chat", event: event("u1", number) }));
    const answers = await Promise.all(
      times(6, both, (store, index) => store.advance(step({ key: `ml/${index}`, deliveries: events }))),
    );
    expect(new Set(answers)).toEqual(new Set(["advanced"]));
    expect(await both[0].counts()).toMatchObject({ pending: 3 });
  });

  test("of many who settle an attempt at once, one does", async () => {
    const both = await stores();
    await queue(both[0], "chat", [event("u1", 1)]);
    const claim = await claimed(both[0], await both[0].head({ uid: "u1", receiver: "chat" }));
    const settled = times(8, both, (store) => store.settle(claim, { state: "delivered", at: NOW }));
    expect((await Promise.all(settled)).filter((answer) => answer === "settled")).toHaveLength(1);
  });

  test("several workers on the same streams deliver every event once, in order", async () => {
    const both = await stores();
    const uids = ["u1", "u2", "u3", "u4"];
    await Promise.all(
      uids.map((uid) =>
        queue(
          both[0],
          "chat",
          [1, 2, 3, 4, 5].map((number) => event(uid, number)),
        ),
      ),
    );
    const delivered: string[] = [];
    await Promise.all(times(4, both, (store) => work(store, delivered)));
    const of = (uid: string) => delivered.filter((id) => id.startsWith(`evt_${uid}_`));
    for (const uid of uids) expect(of(uid)).toEqual([1, 2, 3, 4, 5].map((number) => `evt_${uid}_${number}`));
    expect(delivered).toHaveLength(20);
  });
}

/** Takes what is due until nothing is pending any more. */
async function work(store: Store, delivered: string[]): Promise<void> {
  while ((await store.counts()).pending > 0) {
    for (const delivery of await store.due(NOW, 10)) {
      const claim = await store.claimDelivery(delivery, { until }, NOW);
      if (claim === "taken") continue;
      delivered.push(claim.event.id);
      await store.settle(claim, { state: "delivered", at: NOW });
    }
  }
}

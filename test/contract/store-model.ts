import fc from "fast-check";
import { expect, test } from "vitest";
import type { JobEvent } from "#jobs/event";
import type { Delivery, JobRow, Settlement, Store } from "#store/store";
import { OutboxModel } from "../support/store-model.ts";
import { event, ids, MINUTE, memory, NOW, rowOf, step, WATCH } from "../support/store-steps.ts";
import type { FreshPlace } from "./store.ts";

const RECEIVERS = ["chat", "hook"] as const;

const store = fc.nat(1);
const job = fc.nat(2);
const action = fc.oneof(
  // `again` says once more what the job said last; `stale` moves it from the row before the last.
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("advance"),
      store,
      job,
      events: fc.nat(3),
      receiver: fc.constantFrom(...RECEIVERS),
      again: fc.boolean(),
      stale: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("claim"), store, pick: fc.nat(5) }) },
  // Any attempt that was ever begun: its lease may have ended, and somebody else may have it by now.
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("settle"),
      pick: fc.nat(20),
      as: fc.constantFrom("delivered", "dead", "retry"),
      minutes: fc.nat(10),
      memo: fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("replay"), store, pick: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait"), minutes: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("look"), store }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sweep"), store }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Any history that two stores make of the same data. */
export function modelContract(fresh: FreshPlace, runs: number): void {
  test("whatever two stores do, no event is lost, delivered twice or out of order", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 40 }), async (actions) => {
        const open = await fresh();
        const history = new History([await open(), await open()]);
        for (const each of actions) await history.play(each);
        await history.finish();
      }),
      { numRuns: runs },
    );
  });
}

/** Plays the same actions on two stores and on the model, and compares their answers. */
class History {
  readonly #stores: readonly [Store, Store];
  readonly #model = new OutboxModel();
  readonly #attempts: { readonly holder: Store; readonly claim: Delivery }[] = [];
  #delivered: string[] = [];
  readonly #rows = new Map<string, { readonly old: JobRow | undefined; readonly said: readonly JobEvent[] }>();
  #now = NOW;
  #events = 0;

  constructor(stores: readonly [Store, Store]) {
    this.#stores = stores;
  }

  async play(action: Action): Promise<void> {
    switch (action.do) {
      case "advance":
        await this.#advance(action);
        break;
      case "claim":
        await this.#claim(action);
        break;
      case "settle":
        await this.#settle(action);
        break;
      case "replay":
        await this.#replay(action);
        break;
      case "wait":
        this.#now += action.minutes * MINUTE;
        break;
      case "look":
        await this.#look(this.#at(action.store));
        break;
      case "sweep":
        await this.#at(action.store).sweep(this.#now);
        break;
      default:
        action satisfies never;
    }
  }

  async finish(): Promise<void> {
    this.#now += 60 * MINUTE;
    for (let due = await this.#look(this.#at(0)); due.length > 0; due = await this.#look(this.#at(0))) {
      for (const delivery of due) {
        await this.#attempt(this.#at(this.#attempts.length % 2), delivery);
        await this.#settle({
          do: "settle",
          pick: this.#attempts.length - 1,
          as: "delivered",
          minutes: 0,
          memo: undefined,
        });
      }
    }
    await this.#compareEnd();
    await Promise.all(this.#stores.map((each) => each.close()));
  }

  #at(index: number): Store {
    return this.#stores[index === 0 ? 0 : 1];
  }

  async #advance({ store, job, events, receiver, again, stale }: Extract<Action, { do: "advance" }>): Promise<void> {
    const key = `ml/job-${job}`;
    const row = await rowOf(this.#at(store), WATCH, key);
    const { old, said } = this.#rows.get(key) ?? { old: undefined, said: [] };
    const says = [...(again ? said : []), ...Array.from({ length: events }, () => this.#newEvent(`u${job}`))];
    const before = stale ? old : row;
    const after = { memory: memory({ uid: `u${job}`, resourceVersion: String(this.#events) }) };
    const deliveries = says.map((each) => ({ receiver, event: each }));
    const answer = await this.#at(store).advance(step({ key, before, after, deliveries, now: this.#now }));
    expect(answer).toBe(before?.version === row?.version ? "advanced" : "stale");
    if (answer === "stale") return;
    this.#model.queue(key, says, receiver, this.#now);
    this.#rows.set(key, { old: row, said: says.slice(-3) });
  }

  #newEvent(uid: string): JobEvent {
    this.#events += 1;
    return event(uid, this.#events);
  }

  async #claim({ store, pick }: Extract<Action, { do: "claim" }>): Promise<void> {
    // One that is due, or one that is not: a worker may have read it long ago. What waits behind another may be put off.
    const due = await this.#look(this.#at(store));
    const delivery = due[pick] ?? this.#attempts[pick]?.claim;
    if (delivery !== undefined && !this.#isBehind(delivery)) await this.#attempt(this.#at(store), delivery);
  }

  #isBehind({ event, receiver }: Delivery): boolean {
    const known = this.#model.find(event.id, receiver);
    return known?.state === "pending" && !this.#model.isHead(known);
  }

  async #replay({ store, pick }: Extract<Action, { do: "replay" }>): Promise<void> {
    const known = this.#model.deliveries[pick % Math.max(this.#model.deliveries.length, 1)];
    if (known === undefined) return;
    const { event, receiver } = known;
    const [read] = await this.#at(store).deliveries({ eventId: event.id, receiver, limit: 2 });
    expect(read).toMatchObject({ state: known.state, attempts: known.attempts, queuedAt: known.queuedAt });
    const answer = await this.#at(1 - store).replay(read!, this.#now);
    expect(answer).toBe(this.#model.replay(event.id, receiver, this.#now));
    // To be delivered once more, and out of its turn.
    this.#delivered = this.#delivered.filter((name) => answer !== "queued" || name !== `${receiver} ${event.id}`);
  }

  async #attempt(holder: Store, delivery: Delivery): Promise<void> {
    const { id } = delivery.event;
    const until = this.#now + 2 * MINUTE;
    const claim = await holder.claimDelivery(delivery, { until }, this.#now);
    const expected = this.#model.claim(id, delivery.receiver, { owner: holder.owner, until }, this.#now);
    expect(claim === "taken" ? claim : claim.attempts).toBe(expected);
    if (claim !== "taken") this.#attempts.push({ holder, claim });
  }

  async #settle({ pick, as, minutes, memo }: Extract<Action, { do: "settle" }>): Promise<void> {
    const attempt = this.#attempts[pick % Math.max(this.#attempts.length, 1)];
    if (attempt === undefined) return;
    const { holder, claim } = attempt;
    const settlement = this.#settlement(as, minutes);
    const answer = await holder.settle(claim, settlement, memo);
    const { event, receiver } = claim;
    expect(answer).toBe(this.#model.settle(holder.owner, claim, settlement, memo));
    const stream = { uid: event.uid, receiver };
    expect(await this.#at(0).memo(stream)).toBe(this.#model.memos.get(`${receiver} ${event.uid}`));
    if (answer === "settled" && as === "delivered") this.#delivered.push(`${receiver} ${event.id}`);
  }

  #settlement(as: "delivered" | "dead" | "retry", minutes: number): Settlement {
    const error = "chat answered 503";
    if (as === "retry") return { state: as, nextAttemptAt: this.#now + minutes * MINUTE, failed: true, error };
    return as === "dead" ? { state: as, at: this.#now, error } : { state: as, at: this.#now };
  }

  async #look(store: Store): Promise<readonly Delivery[]> {
    const due = await store.due(this.#now, 100);
    expect(ids(due).sort()).toEqual(
      this.#model
        .due(this.#now)
        .map((each) => each.event.id)
        .sort(),
    );
    expect(due.map(({ nextAttemptAt }) => nextAttemptAt)).toEqual(due.map((each) => each.nextAttemptAt).sort());
    await this.#lookAtWaiting(store);
    return due;
  }

  async #lookAtWaiting(store: Store): Promise<void> {
    for (const receiver of RECEIVERS) {
      const waiting = await store.waiting(receiver, 100);
      const streams = [...Map.groupBy(waiting, ({ event }) => event.uid).values()];
      // Those whose heads are of one age come in either order.
      const expected = this.#model.waiting(receiver);
      expect(streams.map(([first]) => first?.queuedAt)).toEqual(expected.map(([first]) => first?.queuedAt));
      expect(streams.map(ids).sort()).toEqual(expected.map((each) => each.map(({ event: { id } }) => id)).sort());
      expect(ids(streams.flat())).toEqual(ids(waiting));
    }
  }

  async #compareEnd(): Promise<void> {
    expect(await this.#at(0).counts()).toMatchObject({
      pending: 0,
      dead: this.#model.deliveries.filter(({ state }) => state === "dead").length,
    });
    expect(this.#delivered).toHaveLength(new Set(this.#delivered).size);
    for (const uid of ["u0", "u1", "u2"]) {
      for (const receiver of RECEIVERS) {
        const wanted = this.#model.stream(uid, receiver).filter(({ state }) => state === "delivered");
        const names = wanted.map((each) => `${receiver} ${each.event.id}`);
        const told = this.#delivered.filter((name) => name.startsWith(`${receiver} evt_${uid}_`));
        expect(told.toSorted()).toEqual(names.toSorted());
        const out = wanted.filter(({ isReplayed }) => isReplayed).map((each) => `${receiver} ${each.event.id}`);
        expect(told.filter((name) => !out.includes(name))).toEqual(names.filter((name) => !out.includes(name)));
      }
    }
  }
}

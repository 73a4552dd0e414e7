import { type Deliverer, openDeliverer } from "#delivery/deliver";
import type { DeliveryServices } from "#delivery/services";
import type { Outcome, Receiver } from "#receivers/receiver";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Delivery, Settlement, Store } from "#store/store";
import { NOW } from "../../support/store-steps.ts";

/** A time that stands still until a test moves it; whoever pauses wakes in the order of time. */
interface Clock {
  now: number;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Lets `ms` pass, and everything happen that happens meanwhile. */
  advance(ms: number): Promise<void>;
  /** Lets as much time pass as the work needs, and no more. */
  run<T>(work: Promise<T>): Promise<T>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export function openClock(start: number = NOW): Clock {
  const sleepers = new Set<Sleeper>();

  function wakeNext(until: number): boolean {
    const next = [...sleepers].reduce<Sleeper | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined);
    if (next === undefined || next.at > until) return false;
    clock.now = Math.max(clock.now, next.at);
    next.wake();
    return true;
  }

  const clock: Clock = {
    now: start,
    pause: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const wake = () => {
          sleepers.delete(sleeper);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper = { at: clock.now + ms, wake };
        sleepers.add(sleeper);
        signal.addEventListener("abort", wake);
      }),
    async advance(ms) {
      const until = clock.now + ms;
      do await quiet();
      while (wakeNext(until));
      clock.now = until;
    },
    async run(work) {
      let over = false;
      const end = () => {
        over = true;
      };
      work.then(end, end);
      for (await quiet(); !over; await quiet()) {
        if (!wakeNext(Number.POSITIVE_INFINITY)) throw new Error("everybody waits for something that never comes");
      }
      return work;
    },
  };
  return clock;
}

/** Until nothing is left to do but to wait. Stores and receivers in memory answer within one turn of the event loop. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Post {
  readonly id: string;
  /** Milliseconds since {@link NOW}. */
  readonly at: number;
}

interface RecordingReceiver extends Receiver {
  /** Every post, in the order in which they began. */
  readonly posts: readonly Post[];
  /** What becomes of the next posts, one after the other; all others are delivered. */
  readonly script: (Outcome | Promise<Outcome>)[];
}

type Send = (nth: number, signal: AbortSignal, id: string) => Outcome | Promise<Outcome>;

/** A receiver in memory. What its script does not say, `send` does. */
export function receiver(
  name: string,
  send: Send = () => ({ state: "delivered" }),
  { minGapMs = 0, clock }: { readonly minGapMs?: number; readonly clock?: Clock } = {},
): RecordingReceiver {
  const posts: Post[] = [];
  const script: (Outcome | Promise<Outcome>)[] = [];
  return {
    ...{ name, kind: "test", minGapMs, posts, script },
    async send({ id }, now, signal) {
      posts.push({ id, at: (clock?.now ?? now) - NOW });
      return script.shift() ?? send(posts.length, signal, id);
    },
  };
}

/** A post that goes on until it is cut, as one over HTTP does. */
export function hangs(signal: AbortSignal): Promise<Outcome> {
  const stopped: Outcome = { state: "retry", reason: "stopped before the receiver answered" };
  return new Promise((resolve) => {
    if (signal.aborted) resolve(stopped);
    else signal.addEventListener("abort", () => resolve(stopped), { once: true });
  });
}

interface Scene {
  readonly store: Store;
  readonly clock: Clock;
  readonly deliverer: Deliverer;
  /** What became of each attempt: `hook evt_a_0 delivered`. */
  readonly settled: readonly string[];
  /** Delivers what is due, in as much time as that takes. */
  deliver(): Promise<void>;
  close(): Promise<void>;
}

interface SceneOptions {
  readonly clock?: Clock;
  readonly store?: Store;
  /** From 0 to 1; 0.5 is no jitter. */
  readonly random?: () => number;
  readonly pause?: DeliveryServices["pause"];
}

/** A deliverer to these receivers, over an empty store. */
export function openScene(receivers: readonly Receiver[], options: SceneOptions = {}): Scene {
  const { clock = openClock(), store = sqliteStore(":memory:"), random = () => 0.5, pause = clock.pause } = options;
  const settled: string[] = [];
  const deliverer = openDeliverer({
    ...{ store, random, pause, now: () => clock.now },
    receivers: new Map(receivers.map((each) => [each.name, each])),
    onSettled: (delivery: Delivery, { state }: Settlement) =>
      void settled.push(`${delivery.receiver} ${delivery.event.id} ${state}`),
  });
  const never = new AbortController().signal;
  const deliver = () => clock.run(deliverer.deliverDue(never));
  return { store, clock, deliverer, settled, deliver, close: () => store.close() };
}

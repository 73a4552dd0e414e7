import type { Receiver } from "#receivers/receiver";
import type { Delivery, Millis, Settlement, Store, Stream } from "#store/store";
import { settle, THROTTLED_MS } from "./backoff.ts";
import { type Lane, openLane } from "./lane.ts";

export interface DeliveryServices {
  readonly store: Store;
  readonly receivers: ReadonlyMap<string, Receiver>;
  readonly now: () => Millis;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Waits, or until aborted. */
  readonly pause: (ms: Millis, signal: AbortSignal) => Promise<void>;
  /** Told of each attempt once its result is written. */
  readonly onSettled: (delivery: Delivery, settlement: Settlement) => void;
}

/** Brings what is due to its receivers. */
export interface Deliverer {
  /**
   * Delivers all that is due and that comes due meanwhile, each receiver at its own pace, and ends when nothing is left
   * but what waits for a later time. A call while one is running joins it. After `stop` nothing begins; a post that is
   * under way then goes on until `cut`. Rejects where the store fails. However it ends, nothing is under way any more.
   */
  deliverDue(stop: AbortSignal, cut?: AbortSignal): Promise<void>;
  /**
   * Delivers what waits in one stream, in its order, at its receiver's pace, until one has to wait for a later time or is
   * in other hands. A call for a stream that is under way joins it. Signals and errors as with `deliverDue`.
   */
  deliverStream(stream: Stream, stop: AbortSignal, cut?: AbortSignal): Promise<void>;
  /** Tells a running `deliverDue` that something was queued. */
  nudge(): void;
}

/** Longer than any post takes: a holder that died in the middle is replaced after this. */
const LEASE_MS = 30_000;
/** Heads that are read at once. */
const BATCH = 64;
/** How often to look at what comes due while posts are under way: a receiver that hangs ends none for seconds. */
const LOOK_EVERY_MS = 1000;
/** A receiver that the configuration no longer has may come back with the next start: its deliveries wait. */
const UNKNOWN_RETRY_MS = 10 * 60_000;

export function openDeliverer(services: DeliveryServices): Deliverer {
  const lanes = new Map([...services.receivers].map(([name, receiver]) => [name, openLane(receiver)]));
  const underWay = new Map<string, Promise<void>>();
  const streams = new Map<string, Promise<void>>();
  let current: Promise<void> | undefined;
  let news = { arrived: false, wake: () => {} };

  async function run(stop: AbortSignal, cut: AbortSignal): Promise<void> {
    try {
      while (!stop.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        news = { arrived: false, wake: resolve };
        await startDue(stop, cut);
        if (underWay.size === 0 && !news.arrived) return;
        await somethingNew(promise);
      }
      await Promise.all(underWay.values());
    } finally {
      if (underWay.size > 0) await Promise.allSettled(underWay.values());
      underWay.clear();
      current = undefined;
    }
  }

  /** Whatever ends makes room, and whatever is queued or comes due meanwhile must not wait for a receiver that hangs. */
  async function somethingNew(queued: Promise<void>): Promise<void> {
    const over = new AbortController();
    const nextLook = services.pause(LOOK_EVERY_MS, over.signal);
    await Promise.race([...underWay.values(), queued, nextLook]).finally(() => over.abort());
  }

  /** One look shows the oldest heads only: behind those of a receiver that has no room for them are the ones of others. */
  async function startDue(stop: AbortSignal, cut: AbortSignal): Promise<void> {
    for (let more = true; more; ) {
      const now = services.now();
      const closed = [...lanes].filter(([, lane]) => !lane.isOpen(now)).map(([name]) => name);
      const heads = await services.store.due(now, BATCH, closed);
      const begun = heads.filter((head) => begin(head, now, stop, cut));
      more = heads.length === BATCH && begun.length > 0;
    }
  }

  function begin(head: Delivery, now: Millis, stop: AbortSignal, cut: AbortSignal): boolean {
    const id = `${head.receiver}/${head.event.id}`;
    const lane = lanes.get(head.receiver);
    if (underWay.has(id) || lane?.isOpen(now) === false) return false;
    lane?.enter();
    // An attempt that failed stays, so that the run hears of it when it next waits.
    const attempt = attemptOne(services, head, lane, stop, cut)
      .finally(() => lane?.leave())
      .then(() => void underWay.delete(id));
    attempt.catch(() => {});
    underWay.set(id, attempt);
    return true;
  }

  /** Room is taken before the head is read: what waits for the pace would read it for nothing. */
  async function drain(stream: Stream, stop: AbortSignal, cut: AbortSignal): Promise<void> {
    const lane = lanes.get(stream.receiver);
    for (let more = true; more; ) {
      if ((await lane?.enterInTurn(services.now)) === "paused") return;
      try {
        const head = stop.aborted ? undefined : await services.store.head(stream);
        const isDue = head !== undefined && head.nextAttemptAt <= services.now();
        more = isDue && (await attemptOne(services, head, lane, stop, cut)) === "settled";
      } finally {
        lane?.leave();
      }
    }
  }

  function nudge(): void {
    news.arrived = true;
    news.wake();
  }

  return {
    nudge,
    async deliverDue(stop, cut = stop) {
      nudge();
      current ??= run(stop, cut);
      await current;
    },
    async deliverStream(stream, stop, cut = stop) {
      const id = JSON.stringify([stream.uid, stream.receiver]);
      const running = streams.get(id) ?? drain(stream, stop, cut).finally(() => streams.delete(id));
      streams.set(id, running);
      await running;
    },
  };
}

/** `settled`: the delivery is over, and the next of its stream may go. */
async function attemptOne(
  services: DeliveryServices,
  head: Delivery,
  lane: Lane | undefined,
  stop: AbortSignal,
  cut: AbortSignal,
): Promise<"settled" | "waits"> {
  const { store, now, onSettled } = services;
  await lane?.keepPace(now(), (ms) => services.pause(ms, stop));
  if (stop.aborted) return "waits";
  const claimed = await store.claimDelivery(head, { until: now() + LEASE_MS }, now());
  if (claimed === "taken") return "waits";
  const settlement = await post(services, claimed, lane, cut);
  if ((await store.settle(claimed, settlement)) === "taken") return "waits";
  onSettled(claimed, settlement);
  return settlement.state === "retry" ? "waits" : "settled";
}

async function post(
  { receivers, now, random }: DeliveryServices,
  delivery: Delivery,
  lane: Lane | undefined,
  signal: AbortSignal,
): Promise<Settlement> {
  const receiver = receivers.get(delivery.receiver);
  if (receiver === undefined) return unknownReceiver(delivery, now());
  const outcome = await receiver.send(delivery.event, now(), signal);
  const at = now();
  // Cut short by our own end, not by the receiver: the next start sends it at once, with the same id.
  if (outcome.state === "retry" && signal.aborted) {
    return { state: "retry", nextAttemptAt: at, failed: false, error: "stopped before the answer came" };
  }
  if (outcome.state === "retry" && outcome.throttled) lane?.pause(at + (outcome.retryAfterMs ?? THROTTLED_MS));
  return settle(delivery, outcome, at, random());
}

function unknownReceiver(delivery: Delivery, now: Millis): Settlement {
  const reason = `the configuration has no receiver ${delivery.receiver}`;
  const outcome = { state: "retry", reason, retryAfterMs: UNKNOWN_RETRY_MS, throttled: true } as const;
  return settle(delivery, outcome, now, 0);
}

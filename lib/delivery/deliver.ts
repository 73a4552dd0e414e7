import type { Delivery, Stream } from "#store/store";
import { attempt } from "./attempt.ts";
import { deliverDigest } from "./digest.ts";
import { isOpen, isQuiet, type Outlet, openOutlets, wasHeld } from "./outlets.ts";
import type { DeliveryServices, Signals } from "./services.ts";

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

/** Heads that are read at once. */
const BATCH = 64;
/** How often to look at what comes due while posts are under way: a receiver that hangs ends none for seconds. */
const LOOK_EVERY_MS = 1000;
export function openDeliverer(services: DeliveryServices): Deliverer {
  const outlets = openOutlets(services.store, services.receivers);
  const underWay = new Map<string, Promise<void>>();
  const streams = new Map<string, Promise<void>>();
  let current: Promise<void> | undefined;
  let news = { arrived: false, wake: () => {} };

  async function run(signals: Signals): Promise<void> {
    try {
      while (!signals.stop.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        news = { arrived: false, wake: resolve };
        const begunAt = services.now();
        await startDue(signals);
        const tookMs = services.now() - begunAt;
        if (underWay.size === 0 && !news.arrived) return;
        await somethingNew(promise);
        // Of a long backlog a look takes long: posts must get their share of this process.
        if (tookMs > 0) await services.pause(2 * tookMs, signals.stop);
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
  async function startDue(signals: Signals): Promise<void> {
    for (let more = true; more; ) {
      const now = services.now();
      const heads = await services.store.due(now, BATCH, outlets.closed(now));
      const begun = [...Map.groupBy(heads, ({ receiver }) => receiver)].map(([name, own]) =>
        beginAll(own, outlets.of(name), signals),
      );
      more = heads.length === BATCH && begun.includes(true);
    }
  }

  /** Begins what there is room for, of the heads of one receiver. False where that is none. */
  function beginAll(heads: readonly Delivery[], outlet: Outlet | undefined, signals: Signals): boolean {
    const work = (head: Delivery) =>
      outlet?.receiver.digest === undefined
        ? attempt(services, head, outlet, signals)
        : serveReader(outlet, outlet.receiver.digest, head, heads.length, signals);
    return heads.filter((head) => begin(head, outlet, () => work(head))).length > 0;
  }

  function begin(head: Delivery, outlet: Outlet | undefined, work: () => Promise<unknown>): boolean {
    const id = `${head.receiver}/${head.event.id}`;
    if (underWay.has(id) || (outlet !== undefined && !isOpen(outlet, services.now()))) return false;
    outlet?.lane.enter();
    // An attempt that failed stays, so that the run hears of it when it next waits.
    const attempted = work()
      .finally(() => outlet?.lane.leave())
      .then(() => void underWay.delete(id));
    attempted.catch(() => {});
    underWay.set(id, attempted);
    return true;
  }

  /** For whom too much is one message: this event, or, in a storm, all that wait. */
  async function serveReader(
    outlet: Outlet,
    { send }: NonNullable<Outlet["receiver"]["digest"]>,
    head: Delivery,
    count: number,
    signals: Signals,
  ): Promise<void> {
    const isMuch = wasHeld(outlet, head) || (await outlet.shared?.isStorm(count, services.now()));
    if (isMuch) await deliverDigest(services, outlet, send, signals);
    else await attempt(services, head, outlet, signals);
  }

  /** Room is taken before the head is read: what waits for the pace would read it for nothing. */
  async function drain(stream: Stream, signals: Signals): Promise<void> {
    const outlet = outlets.of(stream.receiver);
    for (let more = true; more; ) {
      if (outlet !== undefined && isQuiet(outlet.receiver, services.now())) return;
      if ((await outlet?.lane.enterInTurn(services.now)) === "paused") return;
      try {
        const head = signals.stop.aborted ? undefined : await services.store.head(stream);
        more = isOurs(head, outlet) && (await attempt(services, head, outlet, signals)) === "settled";
      } finally {
        outlet?.lane.leave();
      }
    }
  }

  /** What was held is for `deliverDue`, which tells all of it in one message. */
  function isOurs(head: Delivery | undefined, outlet: Outlet | undefined): head is Delivery {
    if (head === undefined || head.nextAttemptAt > services.now()) return false;
    return outlet === undefined || !wasHeld(outlet, head);
  }

  function nudge(): void {
    news.arrived = true;
    news.wake();
  }

  return {
    nudge,
    async deliverDue(stop, cut = stop) {
      nudge();
      current ??= run({ stop, cut });
      await current;
    },
    async deliverStream(stream, stop, cut = stop) {
      const id = JSON.stringify([stream.uid, stream.receiver]);
      const running = streams.get(id) ?? drain(stream, { stop, cut }).finally(() => streams.delete(id));
      streams.set(id, running);
      await running;
    },
  };
}

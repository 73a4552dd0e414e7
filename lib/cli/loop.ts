import { openDeliverer } from "#delivery/deliver";
import { poll } from "#polling/poll";
import type { TickResult } from "#polling/tick";
import { scopeId, type Watch, watchName } from "#polling/watch";
import type { Delivery, Settlement } from "#store/store";
import { pause, type Services } from "#wiring";
import type { Reporter, TickSummary } from "./report.ts";

export interface LoopOptions {
  readonly reporter: Reporter;
  /** Told, perhaps again and again, what an account would have to be allowed for a watch to say more. */
  readonly onAdvice?: (watch: Watch, advice: string) => void;
  /** Ends the loop: nothing begins any more. */
  readonly stop: AbortSignal;
  /** Ends what is still under way. */
  readonly cut: AbortSignal;
}

/** How often deliveries that wait for their time are looked for. */
const DUE_EVERY_MS = 1000;
/** How often the store is swept of what is past its keep. */
const SWEEP_EVERY_MS = 60 * 60_000;

/** Polls every watch once, delivers what is due, and says what came of it. */
export async function runOnce(services: Services, options: LoopOptions): Promise<TickSummary> {
  const { poller, deliverDue } = openRun(services, options);
  const { pollAll, summary } = poller(services.watches.map(unheld));
  await pollAll();
  await deliverDue();
  await services.store.sweep(Date.now());
  return summary();
}

/** Polls at the interval, or one time after the other where looks are held, and delivers all the time, side by side, until it is stopped. */
export async function runLoop(
  services: Services,
  options: LoopOptions & { readonly intervalMs: number },
): Promise<void> {
  const { stop, intervalMs } = options;
  const { poller, deliverDue, queued } = openRun(services, options);
  const polls = byHold(services.watches).map(([holdMs, watches]) => {
    const { pollAll, summary } = poller(watches);
    // Between two looks that are held nobody hears of anything: the next one begins when the last one ends.
    return every(Math.min(intervalMs, holdMs ?? intervalMs), stop, () => pollAll().then(summary));
  });
  await Promise.all([
    ...polls,
    every(DUE_EVERY_MS, stop, deliverDue, queued),
    every(SWEEP_EVERY_MS, stop, () => services.store.sweep(Date.now())),
  ]);
}

/** Watches that are polled together: those of one namespace share a claim, and the longest hold of them. */
function byHold(watches: readonly Watch[]): readonly (readonly [number | undefined, readonly Watch[]])[] {
  const holds = new Map<string, number>();
  for (const watch of watches) {
    const hold = watch.follow?.holdMs;
    if (hold !== undefined) holds.set(scopeId(watch), Math.max(hold, holds.get(scopeId(watch)) ?? 0));
  }
  return [...Map.groupBy(watches, (watch) => holds.get(scopeId(watch)))];
}

/** A look that is not to last. */
function unheld({ follow, ...watch }: Watch): Watch {
  return follow === undefined ? watch : { ...watch, follow: { resyncMs: follow.resyncMs } };
}

/** Does something now and again and again, from start to start, until stopped; sooner where a `call` for it came since it last began. */
async function every(
  ms: number,
  stop: AbortSignal,
  act: () => Promise<unknown>,
  call: () => Promise<void> | undefined = () => undefined,
): Promise<void> {
  while (!stop.aborted) {
    const next = Date.now() + ms;
    const called = call();
    await act();
    const over = new AbortController();
    const rest = pause(Math.max(0, next - Date.now()), AbortSignal.any([stop, over.signal]));
    await (called === undefined ? rest : Promise.race([rest, called]));
    over.abort();
  }
}

function openRun({ store, receivers, clusters }: Services, { reporter, onAdvice, stop, cut }: LoopOptions) {
  const totals = { events: 0, delivered: 0, dead: 0 };
  const traffic = trafficOf(clusters);
  let wake = () => {};

  const onSettled = (delivery: Delivery, settlement: Settlement) => {
    if (settlement.state === "delivered") totals.delivered += 1;
    if (settlement.state === "dead") totals.dead += 1;
    reporter.delivery(delivery, settlement);
  };
  const onEvent: Reporter["event"] = (event, decision) => {
    totals.events += 1;
    reporter.event(event, decision);
    deliverer.nudge();
    wake();
  };
  const deliverer = openDeliverer({ store, receivers, now: Date.now, random: Math.random, pause, onSettled });

  /** What a look was told to leave half done is no result: the next start looks again. */
  function stopped(error: unknown): readonly TickResult[] {
    if (stop.aborted && error instanceof Error && error.name === "AbortError") return [];
    throw error;
  }

  /** Polls some of the watches, and says what happened since it last did. */
  function poller(watches: readonly Watch[]) {
    let results: readonly TickResult[] = [];
    let begun = Date.now();

    async function pollAll(): Promise<void> {
      begun = Date.now();
      const tick = { store, now: Date.now, pause, onEvent, ...(onAdvice && { onAdvice }) };
      results = await poll(tick, clusterNamed(clusters), watches, stop).catch(stopped);
      results.forEach((result, index) => {
        const watch = watches[index];
        if (watch) reporter.watch(watch, result);
      });
    }

    async function summary(): Promise<TickSummary> {
      const { pending } = await store.counts();
      const tick = {
        watches: watches.length,
        ...traffic(),
        objects: results.reduce((sum, result) => sum + (result.state === "read" ? result.objects : 0), 0),
        events: totals.events,
        delivered: totals.delivered,
        retrying: pending,
        dead: totals.dead,
        errors: results.flatMap((result, index) => errorOf(result, watches[index])),
        ms: Date.now() - begun,
      };
      Object.assign(totals, { events: 0, delivered: 0, dead: 0 });
      reporter.tick(tick);
      return tick;
    }

    return { pollAll, summary };
  }

  /** The next event that is queued: people wait for it, and no interval. */
  function queued(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    return promise;
  }

  return { poller, queued, deliverDue: () => deliverer.deliverDue(stop, cut) };
}

function errorOf(result: TickResult, watch: Watch | undefined): TickSummary["errors"] {
  if (result.state !== "failed" || watch === undefined) return [];
  return [{ watch: watchName(watch), code: result.code, message: result.message }];
}

function clusterNamed(clusters: Services["clusters"]) {
  return (name: string) => {
    const cluster = clusters.get(name);
    if (cluster === undefined) throw new Error(`no cluster ${name}`);
    return cluster;
  };
}

/** Requests and bytes of all clusters since the last call. */
function trafficOf(clusters: Services["clusters"]) {
  let last = { requests: 0, bytesRead: 0 };
  return () => {
    const all = [...clusters.values()].map((cluster) => cluster.traffic());
    const now = {
      requests: all.reduce((sum, { requests }) => sum + requests, 0),
      bytesRead: all.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
    };
    const since = { requests: now.requests - last.requests, bytesRead: now.bytesRead - last.bytesRead };
    last = now;
    return since;
  };
}

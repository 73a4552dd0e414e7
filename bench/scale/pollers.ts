import type { JobEvent } from "#jobs/event";
import { fanOut } from "#polling/fan-out";
import { poll } from "#polling/poll";
import type { Store } from "#store/store";
import { ONE_VCPU_MB } from "../bill.ts";
import { parameter } from "../template.ts";
import { FLEET, type Fleet } from "./fleet.ts";

export const MEMORY_MB = parameter("pollMemory");
export const POLLS_AT_ONCE = parameter("pollConcurrency");

/**
 * What work takes in a function of that size. Processor time for an object of 10 kB is the most that the benchmark `cost` measured
 * for 500 (78 ms), for a write what a first tick of 500 took beyond that (650 ms); waiting is assumed, as in docs/cost.md.
 */
const SLOWER = ONE_VCPU_MB / MEMORY_MB;
const OBJECT_MS = 0.156 * SLOWER;
const WRITE_MS = 1.3 * SLOWER;
const WAIT_MS = 60;
const SIGNAL = new AbortController().signal;

/** How a minute of ticks went. */
export interface Minute {
  readonly messages: number;
  readonly events: number;
  /** Milliseconds of all invocations together, of the longest, and until the last one ended. */
  readonly busyMs: number;
  readonly longestMs: number;
  readonly lastMs: number;
  readonly failed: number;
}

export interface Pollers {
  /** The messages of one schedule, each taken by the first function that is free. */
  tick(at: number, onEvent: (event: JobEvent, at: number) => void): Promise<Minute>;
  /** The time of the invocation that is under way. */
  now(): number;
  onListed(objects: number): void;
}

export function openPollers(fleet: () => Fleet, openStore: (now: () => number) => Store): Pollers {
  const free = Array.from({ length: POLLS_AT_ONCE }, () => 0);
  let clock = 0;
  const now = () => Math.floor(clock);
  const stores = free.map(() => slowedDown(openStore(now), () => (clock += WRITE_MS)));

  return {
    now,
    onListed(objects) {
      // Pages are waited for one after the other.
      clock += objects * OBJECT_MS + Math.max(0, objects - FLEET.pageSize) * 0.2;
    },
    async tick(at, onEvent) {
      const batches = fanOut(fleet().watches);
      const sum = { events: 0, busyMs: 0, longestMs: 0, failed: 0 };
      for (const batch of batches) {
        const begin = Math.max(at, Math.min(...free));
        const slot = free.indexOf(Math.min(...free));
        clock = begin + WAIT_MS;
        const store = stores[slot];
        if (store === undefined) continue;
        const heard = (event: JobEvent) => onEvent(event, now());
        const services = { store, now, pause: async () => {}, onEvent: heard };
        const results = await poll(services, fleet().cluster, batch, SIGNAL);
        for (const result of results) {
          if (result.state === "read") sum.events += result.events;
          else sum.failed += 1;
        }
        free[slot] = clock;
        sum.busyMs += clock - begin;
        sum.longestMs = Math.max(sum.longestMs, clock - begin);
      }
      return { ...sum, messages: batches.length, lastMs: Math.max(...free) - at };
    },
  };
}

function slowedDown(store: Store, spend: () => void): Store {
  return {
    ...store,
    advance: (step) => {
      spend();
      return store.advance(step);
    },
  };
}

import { setImmediate as turn } from "node:timers/promises";
import type { Burst, WatchEvent, WatchStream } from "./cluster.ts";

type End = Exclude<Burst<never>["state"], "quiet" | "more">;

/** Events that wait to be taken: more of them would only take memory. */
const MOST_EVENTS = 1000;
/** What never falls silent is handed out all the same. */
const LONGEST_MS = 500;

/** Reads events ahead and hands them out burst by burst: one ends when nothing came for `quietMs`. */
export function burstsOf<T>(
  events: AsyncIterable<WatchEvent<T> | { readonly type: "end"; readonly state: End }>,
  quietMs: number,
  leave: () => void,
): WatchStream<T> {
  let waiting: WatchEvent<T>[] = [];
  let end: End | undefined;
  const arrived = bell();
  const taken = bell();

  async function readAhead(): Promise<End> {
    for await (const event of events) {
      if (event.type === "end") return event.state;
      waiting.push(event);
      arrived.ring();
      if (waiting.length >= MOST_EVENTS) await taken.next();
    }
    return "ended";
  }

  const finish = (state: End) => {
    end = state;
    arrived.ring();
  };
  readAhead().then(finish, () => finish("broken"));

  const isOpen = () => end === undefined && waiting.length < MOST_EVENTS;

  async function next(waitMs = 0): Promise<Burst<T>> {
    let silent = waiting.length === 0 && isOpen() && !(await arrived.next(Math.max(quietMs, waitMs)));
    const begun = performance.now();
    while (!silent && isOpen() && performance.now() - begun < LONGEST_MS) {
      silent = !(await arrived.next(quietMs));
    }
    const taking = waiting;
    waiting = [];
    taken.ring();
    return { events: taking, state: end ?? (silent ? "quiet" : "more") };
  }

  return { next, close: leave };
}

/** Something to wait for. */
function bell() {
  let { promise, resolve } = Promise.withResolvers<true>();
  return {
    ring(): void {
      resolve(true);
      ({ promise, resolve } = Promise.withResolvers<true>());
    },
    /** Whether it rings, or `ms` pass first. */
    async next(ms?: number): Promise<boolean> {
      if (ms === undefined) return promise;
      const rung = promise;
      const silence = Promise.withResolvers<false>();
      // A process that was busy for longer than that has not read yet what came meanwhile.
      const timer = setTimeout(() => void turn().then(() => silence.resolve(false)), ms);
      try {
        return await Promise.race([rung, silence.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

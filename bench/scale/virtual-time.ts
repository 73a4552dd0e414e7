/** A clock that goes on when everything waits. Milliseconds since 1970. */
export interface VirtualTime {
  now(): number;
  /** Waits, or until aborted. */
  pause(ms: number, signal?: AbortSignal): Promise<void>;
  /** Lets everything happen that is due until then. */
  runUntil(end: number): Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly wake: () => void;
}

export function virtualTime(start: number): VirtualTime {
  let now = start;
  let timers: Timer[] = [];

  function earliest(): Timer | undefined {
    return timers.reduce<Timer | undefined>((first, each) => (first && first.at <= each.at ? first : each), undefined);
  }

  return {
    now: () => now,
    pause(ms, signal) {
      if (signal?.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = { at: now + Math.max(0, ms), wake: resolve };
        timers.push(timer);
        signal?.addEventListener("abort", () => {
          timers = timers.filter((each) => each !== timer);
          resolve();
        });
      });
    },
    async runUntil(end) {
      for (;;) {
        // Nothing here does I/O: by then all that could go on has gone on.
        await new Promise((resolve) => setImmediate(resolve));
        const next = earliest();
        if (next === undefined || next.at > end) break;
        timers = timers.filter((each) => each !== next);
        now = Math.max(now, next.at);
        next.wake();
      }
      now = Math.max(now, end);
    },
  };
}

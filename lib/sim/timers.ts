/** Does something once, that many milliseconds later, unless the answer is called before. */
export type After = (ms: number, action: () => void) => () => void;

export const realAfter: After = (ms, action) => {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
};

/** Timers that can be stopped together. */
export interface Timers {
  after(ms: number, action: () => void): void;
  stop(): void;
}

export function timersOn(after: After): Timers {
  const pending = new Set<() => void>();
  return {
    after: (ms, action) => {
      const cancel = after(ms, () => {
        pending.delete(cancel);
        action();
      });
      pending.add(cancel);
    },
    stop: () => {
      for (const cancel of pending) cancel();
      pending.clear();
    },
  };
}

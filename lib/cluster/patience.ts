import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError } from "./cluster.ts";

/** How often, and how long at a time, a request waits when the server asks it to. */
export interface Patience {
  readonly retries: number;
  readonly longestMs: number;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const PATIENCE: Patience = {
  retries: 3,
  longestMs: 5_000,
  pause: (ms, signal) => sleep(ms, undefined, { signal }),
};

/** Tries again after the time that a throttling or restarting server asked for, if that is short; `passes` says of which errors. */
export async function patiently<T>(
  patience: Patience,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  passes = isPassing,
): Promise<T> {
  for (let left = patience.retries; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      const waitMs = left > 0 && error instanceof ClusterError && passes(error) ? error.retryAfterMs : undefined;
      if (waitMs === undefined || waitMs > patience.longestMs) throw error;
      await patience.pause(waitMs, signal).catch((reason: unknown) => {
        signal.throwIfAborted();
        throw reason;
      });
    }
  }
}

function isPassing({ code }: ClusterError): boolean {
  return code === "throttled" || code === "unavailable";
}

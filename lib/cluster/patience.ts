import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError } from "./cluster.ts";

/** How often, and how long at a time, a list waits when the server asks it to. */
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

/** Tries again after the time that a throttling or restarting server asked for, if that is short. */
export async function patiently<T>(patience: Patience, signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let left = patience.retries; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      const waitMs = left > 0 ? waitOf(error) : undefined;
      if (waitMs === undefined || waitMs > patience.longestMs) throw error;
      await patience.pause(waitMs, signal).catch((reason: unknown) => {
        signal.throwIfAborted();
        throw reason;
      });
    }
  }
}

function waitOf(error: unknown): number | undefined {
  const passes = error instanceof ClusterError && (error.code === "throttled" || error.code === "unavailable");
  return passes ? error.retryAfterMs : undefined;
}

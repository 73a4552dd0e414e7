import type { Receiver } from "#receivers/receiver";
import type { Millis } from "#store/store";

/** One at a time where a receiver sets a pace; elsewhere as many as a small web server takes without queueing. */
const AT_ONCE = 8;

/** How fast one receiver may be served: what is slow, paused or down delays only itself. */
export interface Lane {
  /** Whether one more delivery may begin now. */
  isOpen(now: Millis): boolean;
  /** Takes room, and waits for the pace. Call `end` when the delivery is over, however `begin` ended. */
  begin(now: Millis, wait: (ms: Millis) => Promise<void>): Promise<void>;
  end(): void;
  /** Nothing begins before `until`. */
  pause(until: Millis): void;
}

export function openLane({ minGapMs }: Receiver): Lane {
  const room = minGapMs > 0 ? 1 : AT_ONCE;
  let running = 0;
  let nextAt = 0;
  let pausedUntil = 0;
  return {
    isOpen: (now) => running < room && now >= pausedUntil,
    async begin(now, wait) {
      running += 1;
      const at = Math.max(now, nextAt);
      nextAt = at + minGapMs;
      if (at > now) await wait(at - now);
    },
    end() {
      running -= 1;
    },
    pause(until) {
      pausedUntil = Math.max(pausedUntil, until);
    },
  };
}

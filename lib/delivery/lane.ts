import type { Receiver } from "#receivers/receiver";
import type { Millis } from "#store/store";

/** One at a time where a receiver sets a pace; elsewhere as many as a small web server takes without queueing. */
const AT_ONCE = 8;

/** Room for one receiver, or those of one channel, in this process: what is slow, paused or down delays only itself. */
export interface Lane {
  /** Whether one more delivery may begin now. */
  isOpen(now: Millis): boolean;
  /** Takes room. Call `leave` when the delivery is over. */
  enter(): void;
  /** Takes room as soon as there is some, in turn; `paused`: nothing was taken, the receiver wants to be left alone. */
  enterInTurn(now: () => Millis): Promise<"entered" | "paused">;
  leave(): void;
  /** Nothing begins before `until`. */
  pause(until: Millis): void;
}

/** Whether one post waits for another. */
export function isPaced({ minGapMs, digest }: Pick<Receiver, "minGapMs" | "digest">): boolean {
  return minGapMs > 0 || digest !== undefined;
}

export function openLane(receiver: Parameters<typeof isPaced>[0]): Lane {
  const room = isPaced(receiver) ? 1 : AT_ONCE;
  const queue: (() => void)[] = [];
  let running = 0;
  let pausedUntil = 0;

  /** Room that was left goes to whoever waits, so that nobody else takes it first. */
  function leave(): void {
    const next = queue.shift();
    if (next === undefined) running -= 1;
    else next();
  }

  return {
    isOpen: (now) => running < room && now >= pausedUntil,
    enter() {
      running += 1;
    },
    async enterInTurn(now) {
      if (running < room) running += 1;
      else await new Promise<void>((resolve) => queue.push(resolve));
      if (now() >= pausedUntil) return "entered";
      leave();
      return "paused";
    },
    leave,
    pause(until) {
      pausedUntil = Math.max(pausedUntil, until);
    },
  };
}

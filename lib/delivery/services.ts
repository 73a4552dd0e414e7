import type { Receiver } from "#receivers/receiver";
import type { Delivery, Millis, Settlement, Store } from "#store/store";

export interface DeliveryServices {
  readonly store: Store;
  readonly receivers: ReadonlyMap<string, Receiver>;
  readonly now: () => Millis;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Waits, or until aborted. */
  readonly pause: (ms: Millis, signal: AbortSignal) => Promise<void>;
  /** Told of each attempt once its result is written. */
  readonly onSettled: (delivery: Delivery, settlement: Settlement) => void;
}

/** After `stop` nothing begins; `cut` ends what is under way. */
export interface Signals {
  readonly stop: AbortSignal;
  readonly cut: AbortSignal;
}

/** Longer than any post takes: a holder that died in the middle is replaced after this. */
export const LEASE_MS = 30_000;

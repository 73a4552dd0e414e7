import type { JobEvent } from "#jobs/event";

/** What became of a post. `retry` may name when; `throttled` says that the receiver is well but wants a slower pace. */
export type Outcome =
  | { readonly state: "delivered" }
  | { readonly state: "retry"; readonly reason: string; readonly retryAfterMs?: number; readonly throttled?: true }
  | { readonly state: "dead"; readonly reason: string };

/** A place where events are sent. */
export interface Receiver {
  readonly name: string;
  /** `slack`, `webhook`, …: what logs and metrics call it. */
  readonly kind: string;
  /** The least time between the starts of two posts; 0 where the receiver sets no pace. */
  readonly minGapMs: number;
  /** Posts one event, once, and says what became of it. Never throws for anything that the receiver or the network does. */
  send(event: JobEvent, now: number, signal: AbortSignal): Promise<Outcome>;
}

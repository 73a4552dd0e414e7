import type { JobEvent } from "#jobs/event";

/** What became of a post. `retry` may name when; `throttled` says that the receiver is well but wants a slower pace. */
export type Outcome = (
  | { readonly state: "delivered" }
  | { readonly state: "retry"; readonly reason: string; readonly retryAfterMs?: number; readonly throttled?: true }
  | { readonly state: "dead"; readonly reason: string }
) & {
  /** What a receiver that remembers wants to be given with the next event of this job, or the next attempt. */
  readonly memo?: string;
};

/** Many events in one message: more than anybody reads one by one. */
export interface Digest {
  /** `dig_…`, the same for the same events. */
  readonly id: string;
  /** At least two, the events of a job in their order. */
  readonly events: readonly JobEvent[];
}

/** A place where events are sent. */
export interface Receiver {
  readonly name: string;
  /** `slack`, `webhook`, …: what logs and metrics call it. */
  readonly kind: string;
  /** Receivers that share a pace, such as those of one channel, name it alike; where left out, it is the receiver's own. */
  readonly lane?: string;
  /** The least time between the starts of two posts; 0 where the receiver sets no pace. */
  readonly minGapMs: number;
  /** It wants to know what it said of a job before: `send` is given the `memo` of its last outcome for that job. */
  readonly remembers?: true;
  /** Posts one event, once, and says what became of it. Never throws for anything that the receiver or the network does. */
  send(event: JobEvent, now: number, signal: AbortSignal, memo?: string): Promise<Outcome>;
  /** Puts right what stands there of a job, without telling anybody: after a digest told of this event, the job's last in it. */
  amend?(event: JobEvent, now: number, signal: AbortSignal, memo: string): Promise<Outcome>;
  /** The same, in another channel; absent where there are none. Its name is this one's, a slash, and the channel. */
  inChannel?(channel: string): Receiver;
  /** Until when it is to be left alone, where it is at that moment; both in milliseconds since 1970. Absent where it never is. */
  quietUntil?(at: number): number | undefined;
  /** For people: of more events than `above` in a minute they are told in one message. Absent where each event counts by itself. */
  readonly digest?: {
    readonly above: number;
    send(digest: Digest, now: number, signal: AbortSignal): Promise<Outcome>;
  };
}

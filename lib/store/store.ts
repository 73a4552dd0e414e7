import type { JobEvent } from "#jobs/event";
import type { Memory } from "#jobs/job";
import type { Silence } from "#routing/silence";

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Millis = number;

/** What is remembered of a watch between two ticks. A watch that was never read to its end has no cursor. */
export interface Cursor {
  /** The resourceVersion of the last complete list or of the last change since, opaque: what came after it was not read. */
  readonly resourceVersion: string;
  /** When the last tick that succeeded ended. */
  readonly tickedAt: Millis;
  /** What the rows of the watch agree with, in the words of who compares them; absent where that is not known. */
  readonly digests?: string;
  /** When the last complete list was read; absent where that is not known. */
  readonly listedAt?: Millis;
  /** When the server last refused to tell changes; absent where it has told them since, or was never asked. */
  readonly refusedAt?: Millis;
  /** Before this no rule over time has anything to raise; absent where none waits. */
  readonly dueAt?: Millis;
  /** Of the rows that were written of late, and that `jobsDue` may not know of yet: when the first of them is due, and when the last of them was written. */
  readonly dueLately?: { readonly dueAt: Millis; readonly writtenAt: Millis };
  /** What names the rules that the rows were written by; absent where there were none. */
  readonly rules?: string;
}

/** How the last tick of a watch went. */
export interface WatchState {
  readonly cursor?: Cursor;
  /** Ticks that failed in a row. */
  readonly failures: number;
  /** The last failure in one line, free of secrets; absent after a success. */
  readonly error?: string;
}

/** What is remembered of all watches of a scope, each under the name of its kind: `tfjobs.kubeflow.org`. */
export type ScopeStates = ReadonlyMap<string, WatchState>;

/** A scope in somebody's hands: this claim and no other, be it of the same owner. */
export interface Claim {
  readonly scope: string;
  readonly number: number;
}

/** A scope that was just claimed. */
export interface ClaimedScope {
  readonly claim: Claim;
  readonly states: ScopeStates;
  /** The holder before did not finish: what it wrote is not known, and it may be writing still. */
  readonly interrupted: boolean;
}

/** How the last tick of a watch went, for whoever looks at its health. */
export interface WatchHealth extends WatchState {
  readonly scope: string;
  readonly kind: string;
}

/** A job's memory as it was read. */
export interface JobRow {
  /** `namespace/name`, the order of a list. */
  readonly key: string;
  /**
   * What a later write is conditional on. It grows with every write and is never behind the clock that wrote it, so that
   * a job that was forgotten and came back is not taken for the old one; no event of the row has a larger order.
   */
  readonly version: number;
  readonly memory: Memory;
  /** When a rule over time wants to look at it. */
  readonly dueAt?: Millis;
  /** Set while the job lives on outside the watch's selector: remembered, so that its return says nothing twice. */
  readonly left?: true;
}

/** Until when the store's owner may work on a scope or a delivery. A holder that dies is replaced when its lease ends, or sooner where its death can be seen. */
export interface Lease {
  readonly until: Millis;
}

/** All deliveries of one job to one receiver: they leave in the order in which they were queued. */
export interface Stream {
  readonly uid: string;
  readonly receiver: string;
}

export const DELIVERY_STATES = ["pending", "delivered", "dead"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One event on its way to one receiver. `event.id` and `receiver` name it; `event.id` is what the receiver sees. */
export interface Delivery {
  readonly receiver: string;
  readonly event: JobEvent;
  /** Grows within a stream; says nothing between streams. */
  readonly order: number;
  readonly state: DeliveryState;
  /** Posts that were begun. */
  readonly attempts: number;
  /** Posts that failed for a reason other than the receiver's pace: the step of the backoff. */
  readonly failures: number;
  /** When it was queued, or queued again by `replay`: it grows then. */
  readonly queuedAt: Millis;
  /** Not before this. */
  readonly nextAttemptAt: Millis;
  /** Why the last attempt did not deliver, in one line, free of secrets. */
  readonly error?: string;
  /** The id of the message that told of this event among others; absent where it had a message of its own. */
  readonly digest?: string;
}

/** Which deliveries to list: those that fit everything that is said. */
export interface DeliveryQuery {
  readonly state?: DeliveryState;
  readonly receiver?: string;
  readonly eventId?: string;
  readonly digest?: string;
  readonly limit: number;
}

/** What is remembered of a pace that several processes keep together, as it was read. */
export interface LaneRow {
  /** What a later write is conditional on: it grows with every write, also where the row was dropped in between. */
  readonly version: number;
  readonly state: string;
}

/** The deliveries that an event causes, before the store has given them a state. */
export interface NewDelivery {
  readonly receiver: string;
  readonly event: JobEvent;
}

/** One job moved by one look at it. */
export interface Advance {
  readonly watch: string;
  readonly key: string;
  /** The row that was read, or `undefined` where none was. */
  readonly before: JobRow | undefined;
  /** What to remember now, or `undefined` to forget the job. `dueAt` is when a rule over time wants to look at it: see `jobsDue`. */
  readonly after: { readonly memory: Memory; readonly left?: true; readonly dueAt?: Millis } | undefined;
  /** In the order in which they happened. */
  readonly deliveries: readonly NewDelivery[];
  readonly now: Millis;
}

/** The jobs of a watch whose time has come. */
export interface DueJobs {
  readonly rows: readonly JobRow[];
  /** When the next one after these is due: at once, where there are more than were asked for. */
  readonly next: Millis | undefined;
}

/** What became of an attempt, as the store keeps it. */
export type Settlement =
  | { readonly state: "delivered"; readonly at: Millis; readonly digest?: string }
  | { readonly state: "dead"; readonly at: Millis; readonly error: string }
  | { readonly state: "retry"; readonly nextAttemptAt: Millis; readonly failed: boolean; readonly error: string };

export interface OutboxCounts {
  readonly pending: number;
  readonly dead: number;
  /** Of the pending ones, those of receivers that are left alone on purpose. */
  readonly held: number;
  /** queuedAt of the oldest of the others. */
  readonly oldestPendingAt: Millis | undefined;
}

/**
 * What is remembered, behind two adapters that one contract suite holds equal (test/contract/store.ts). Every method
 * that answers with a word answers it instead of throwing when somebody else came first: nothing was written then.
 */
export interface Store {
  /** Names this opened store as a holder of leases: no other opened store has the same. */
  readonly owner: string;

  /** Takes a scope, the watches of one namespace, for `lease`. `busy`: somebody, be it this very owner, works on it. */
  claimScope(scope: string, lease: Lease, now: Millis): Promise<ClaimedScope | "busy">;
  /** Puts off the end of a claim, and replaces what is remembered of the scope's watches where `states` are given. `lost`: somebody else has had the scope since, or it was finished. */
  renewScope(claim: Claim, lease: Lease, states?: ScopeStates): Promise<"renewed" | "lost">;
  /** Replaces what is remembered of the scope's watches, and gives it back. `lost`: as above. */
  finishScope(claim: Claim, states: ScopeStates): Promise<"finished" | "lost">;
  /** Every job that is remembered for the watch, by key, as it is at this moment; where buckets are named, those in them only (see `bucketOf`). */
  jobs(watch: string, buckets?: readonly number[]): Promise<ReadonlyMap<string, JobRow>>;
  /** The same for these jobs, of which there are at most 100. */
  jobsNamed(watch: string, keys: readonly string[]): Promise<ReadonlyMap<string, JobRow>>;
  /** The jobs that a rule over time wants to look at by `now`, the longest waiting first, at most `limit`; and when the next one after these is due, if any is. What was written within the last minute may be lacking. */
  jobsDue(watch: string, now: Millis, limit: number): Promise<DueJobs>;
  /** Moves one job one step and queues its deliveries, both or neither. `stale`: another poll moved it first. A delivery that is in the outbox already (same event, same receiver) is left as it is. */
  advance(step: Advance): Promise<"advanced" | "stale">;

  /** The first pending delivery of each stream that is due and that nobody holds, oldest first, at most `limit`. Receivers in `except` are passed over: those that are busy or paused must not keep others waiting. */
  due(now: Millis, limit: number, except?: readonly string[]): Promise<readonly Delivery[]>;
  /** The first pending delivery of a stream, due or not, held or not. */
  head(stream: Stream): Promise<Delivery | undefined>;
  /** The pending deliveries of a receiver, due or not, held or not: the streams by the age of their heads, each in its order and whole, at most `limit` in all. What was queued, settled or replayed a moment ago may be lacking. */
  waiting(receiver: string, limit: number): Promise<readonly Delivery[]>;
  /** Takes a delivery for one attempt, counts it, and answers with the delivery as it is now: `settle` wants that one. `taken`: somebody holds it, it is settled, or its time has not come. What is before it in its stream is not looked at: whoever takes more than heads takes them in order. */
  claimDelivery(delivery: Delivery, lease: Lease, now: Millis): Promise<Delivery | "taken">;
  /** Writes down what became of the attempt that `claimDelivery` answered with, and gives the lease back. A `memo`, of at most 4 kB, takes the place of the stream's one before, with the settlement or not at all. `taken`: somebody else has begun another attempt since. */
  settle(claimed: Delivery, settlement: Settlement, memo?: string): Promise<"settled" | "taken">;
  /** What the last settlement that had a memo left for the stream, as it is at this moment; gone 60 days after it. */
  memo(stream: Stream): Promise<string | undefined>;
  /** What waits and what was given up. Of receivers that are left alone on purpose no delivery counts as the oldest. */
  counts(isLeftAlone?: (receiver: string) => boolean): Promise<OutboxCounts>;

  /** For people, and as slow as all rows are many: the deliveries that fit, the last that were queued first. What changed a moment ago may be listed as it was. */
  deliveries(query: DeliveryQuery): Promise<readonly Delivery[]>;
  /** Makes a dead or delivered delivery pending again: due at once, no attempt made, at its old place in its stream. `changed`: it is not as it was read, or is pending. */
  replay(delivery: Delivery, now: Millis): Promise<"queued" | "changed">;

  /** The silences, those that are over included, until 30 days after their ends; the last that were made first. */
  silences(): Promise<readonly Silence[]>;
  /** Keeps a silence, in the place of the one with its id where there is one. */
  putSilence(silence: Silence): Promise<void>;

  /** What is remembered of a lane, as it is at this moment; `undefined` where nothing is, or nothing for a day. */
  lane(name: string): Promise<LaneRow | undefined>;
  /** Replaces what is remembered of a lane, at most 1 kB. `stale`: somebody else has written since it was read. */
  moveLane(name: string, before: LaneRow | undefined, state: string, now: Millis): Promise<"moved" | "stale">;

  /** The health of every watch of every scope that was ever finished. */
  watches(): Promise<readonly WatchHealth[]>;
  /** Drops what is past its keep: delivered and dead rows, memos, lanes, jobs that left the selector. Where the store does this by itself it is a no-op. */
  sweep(now: Millis): Promise<void>;
  close(): Promise<void>;
}

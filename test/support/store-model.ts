import type { JobEvent } from "#jobs/event";
import type { Delivery, Settlement } from "#store/store";

/** One delivery as the model knows it. */
export interface ModelDelivery {
  readonly event: JobEvent;
  readonly receiver: string;
  readonly order: number;
  state: "pending" | "delivered" | "dead";
  attempts: number;
  queuedAt: number;
  nextAttemptAt: number;
  isReplayed: boolean;
  lease: { readonly owner: string; readonly until: number } | undefined;
}

/** What a store should answer, in the simplest words: a list of deliveries. */
export class OutboxModel {
  readonly deliveries: ModelDelivery[] = [];
  /** By stream. */
  readonly memos = new Map<string, string>();
  readonly #versions = new Map<string, number>();

  queue(key: string, events: readonly JobEvent[], receiver: string, now: number): void {
    let order = Math.max(now, (this.#versions.get(key) ?? -1) + 1);
    this.#versions.set(key, order + Math.max(events.length - 1, 0));
    for (const event of events) {
      const queued = {
        event,
        receiver,
        order,
        state: "pending",
        attempts: 0,
        queuedAt: now,
        nextAttemptAt: now,
        isReplayed: false,
        lease: undefined,
      } as const;
      if (this.find(event.id, receiver) === undefined) this.deliveries.push({ ...queued });
      order += 1;
    }
  }

  find(id: string, receiver: string): ModelDelivery | undefined {
    return this.deliveries.find((each) => each.event.id === id && each.receiver === receiver);
  }

  due(now: number): ModelDelivery[] {
    return this.deliveries.filter((each) => this.isHead(each) && isFree(each, now) && each.nextAttemptAt <= now);
  }

  claim(id: string, receiver: string, lease: { owner: string; until: number }, now: number): number | "taken" {
    const found = this.find(id, receiver);
    if (found?.state !== "pending" || !isFree(found, now) || found.nextAttemptAt > now) return "taken";
    found.lease = lease;
    found.attempts += 1;
    return found.attempts;
  }

  settle(owner: string, claimed: Delivery, settlement: Settlement, memo: string | undefined): "settled" | "taken" {
    const { event, receiver, attempts, queuedAt } = claimed;
    const found = this.find(event.id, receiver);
    if (found?.state !== "pending" || found.lease?.owner !== owner) return "taken";
    if (found.attempts !== attempts || found.queuedAt !== queuedAt) return "taken";
    found.lease = undefined;
    if (settlement.state === "retry") found.nextAttemptAt = settlement.nextAttemptAt;
    else found.state = settlement.state;
    if (memo !== undefined) this.memos.set(`${receiver} ${event.uid}`, memo);
    return "settled";
  }

  replay(id: string, receiver: string, now: number): "queued" | "changed" {
    const found = this.find(id, receiver);
    if (found === undefined || found.state === "pending") return "changed";
    const queuedAt = Math.max(now, found.queuedAt + 1);
    Object.assign(found, { state: "pending", attempts: 0, nextAttemptAt: now, queuedAt, isReplayed: true });
    return "queued";
  }

  /** By streams, the one whose first was queued first at the front. */
  waiting(receiver: string): ModelDelivery[][] {
    const uids = new Set(this.deliveries.map(({ event }) => event.uid));
    const streams = [...uids].map((uid) => this.stream(uid, receiver).filter(({ state }) => state === "pending"));
    return streams.filter((each) => each.length > 0).sort(([a], [b]) => (a?.queuedAt ?? 0) - (b?.queuedAt ?? 0));
  }

  stream(uid: string, receiver: string): ModelDelivery[] {
    const own = this.deliveries.filter((each) => each.event.uid === uid && each.receiver === receiver);
    return own.sort((a, b) => a.order - b.order);
  }

  isHead(delivery: ModelDelivery): boolean {
    const { event, receiver } = delivery;
    return this.stream(event.uid, receiver).find(({ state }) => state === "pending") === delivery;
  }
}

function isFree({ lease }: ModelDelivery, now: number): boolean {
  return lease === undefined || lease.until <= now;
}

import type { JobEvent } from "#jobs/event";
import type { Settlement } from "#store/store";

/** One delivery as the model knows it. */
export interface ModelDelivery {
  readonly event: JobEvent;
  readonly receiver: string;
  readonly order: number;
  state: "pending" | "delivered" | "dead";
  attempts: number;
  nextAttemptAt: number;
  lease: { readonly owner: string; readonly until: number } | undefined;
}

/** What a store should answer, in the simplest words: a list of deliveries. */
export class OutboxModel {
  readonly deliveries: ModelDelivery[] = [];
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
        nextAttemptAt: now,
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
    return this.deliveries.filter((each) => this.#isHead(each) && isFree(each, now) && each.nextAttemptAt <= now);
  }

  claim(id: string, receiver: string, lease: { owner: string; until: number }, now: number): number | "taken" {
    const found = this.find(id, receiver);
    if (found?.state !== "pending" || !isFree(found, now) || found.nextAttemptAt > now) return "taken";
    found.lease = lease;
    found.attempts += 1;
    return found.attempts;
  }

  settle(id: string, receiver: string, owner: string, attempts: number, settlement: Settlement): "settled" | "taken" {
    const found = this.find(id, receiver);
    if (found?.state !== "pending" || found.lease?.owner !== owner || found.attempts !== attempts) return "taken";
    found.lease = undefined;
    if (settlement.state === "retry") found.nextAttemptAt = settlement.nextAttemptAt;
    else found.state = settlement.state;
    return "settled";
  }

  stream(uid: string, receiver: string): ModelDelivery[] {
    const own = this.deliveries.filter((each) => each.event.uid === uid && each.receiver === receiver);
    return own.sort((a, b) => a.order - b.order);
  }

  #isHead(delivery: ModelDelivery): boolean {
    const { event, receiver } = delivery;
    return this.stream(event.uid, receiver).find(({ state }) => state === "pending") === delivery;
  }
}

function isFree({ lease }: ModelDelivery, now: number): boolean {
  return lease === undefined || lease.until <= now;
}

import { type EventType, type JobEvent, rfc3339 } from "#jobs/event";
import type { Memory } from "#jobs/job";
import type { Advance, ClaimedScope, Delivery, JobRow, Settlement, Store, Stream } from "#store/store";
import { jobEvent } from "./events.ts";

/** The time at which the stores' tests play. */
export const NOW = Date.UTC(2026, 10, 21, 2, 17, 12);
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

export const SCOPE = "prod/ml";
export const WATCH = "prod/ml/pytorchjobs.kubeflow.org";

/** What is remembered of a job that runs. */
export function memory(changes: Partial<Memory> = {}): Memory {
  return {
    uid: "5c4a2f0e-7f43-4a0e-9d6c-3a3c1f3f8b11",
    resourceVersion: "482193377",
    labels: { team: "vision", tier: "prod" },
    replicas: {
      Master: { active: 1, succeeded: 0, failed: 0, desired: 1 },
      Worker: { active: 3, succeeded: 0, failed: 0, desired: 3 },
    },
    startedAt: 1_795_220_000,
    seen: { Created: 1_795_219_990, Running: 1_795_220_003 },
    last: { type: "Running", at: 1_795_220_003 },
    ...changes,
  };
}

/** The event of that number of a job: larger numbers happened later. */
export function event(uid: string, number: number, changes: Partial<JobEvent> = {}): JobEvent {
  const types: readonly EventType[] = ["Created", "Running", "Restarting", "Running", "Succeeded"];
  return jobEvent({
    id: `evt_${uid}_${number}`,
    uid,
    event: types[number % types.length]!,
    at: rfc3339(Math.floor(NOW / 1000) + number),
    ...changes,
  });
}

/** A step of the job `ml/mnist` that says nothing to anybody. */
export function step(changes: Partial<Advance> = {}): Advance {
  return {
    watch: WATCH,
    key: "ml/mnist",
    before: undefined,
    after: { memory: memory() },
    deliveries: [],
    now: NOW,
    ...changes,
  };
}

/** Takes the step from the row as it is in the store now. */
export async function advance(store: Store, changes: Partial<Advance>): Promise<"advanced" | "stale"> {
  const { watch, key } = step(changes);
  return store.advance(step({ before: await rowOf(store, watch, key), ...changes }));
}

/** Queues these events of one job for one receiver, in this order. */
export async function queue(
  store: Store,
  receiver: string,
  events: readonly JobEvent[],
  now: number = NOW,
): Promise<void> {
  const key = `ml/${events[0]?.uid}`;
  await advance(store, { key, now, deliveries: events.map((each) => ({ receiver, event: each })) });
}

export async function rowOf(store: Store, watch: string, key: string): Promise<JobRow | undefined> {
  return (await store.jobs(watch)).get(key);
}

/** `event.id` of each. */
export function ids(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ event: { id } }) => id);
}

/** Claims a delivery for a minute; an error where it is taken. */
export async function claimed(store: Store, delivery: Delivery | undefined, now: number = NOW): Promise<Delivery> {
  if (delivery === undefined) throw new Error("there is no delivery to claim");
  const claim = await store.claimDelivery(delivery, { until: now + MINUTE }, now);
  if (claim === "taken") throw new Error(`${delivery.event.id} is taken`);
  return claim;
}

/** Claims the first pending delivery of a stream and settles it. */
export async function settleHead(
  store: Store,
  stream: Stream,
  settlement: Settlement,
  memo?: string,
  now: number = NOW,
): Promise<Delivery> {
  const claim = await claimed(store, await store.head(stream), now);
  const answer = await store.settle(claim, settlement, memo);
  if (answer === "taken") throw new Error(`${claim.event.id} is taken`);
  return claim;
}

/** Claims a scope for a minute; an error where it is busy. */
export async function claimedScope(store: Store, scope: string, now: number = NOW): Promise<ClaimedScope> {
  const claimed = await store.claimScope(scope, { until: now + MINUTE }, now);
  if (claimed === "busy") throw new Error(`${scope} is busy`);
  return claimed;
}

/** Delivers everything that becomes due up to `until`, minute by minute, and says what was delivered. */
export async function drain(store: Store, now: number, until: number = now): Promise<Delivery[]> {
  const delivered: Delivery[] = [];
  for (let time = now; time <= until; ) {
    const due = await store.due(time, 100);
    for (const delivery of due) {
      const claim = await store.claimDelivery(delivery, { until: time + MINUTE }, time);
      if (claim === "taken") continue;
      const settled = await store.settle(claim, { state: "delivered", at: time });
      if (settled === "settled") delivered.push(claim);
    }
    if (due.length === 0) time += MINUTE;
  }
  return delivered;
}

import * as z from "zod";
import { Event, json } from "../schemas.ts";
import type { Stamped } from "../stamp.ts";
import { DELIVERY_STATES, type Delivery, type Millis } from "../store.ts";
import { type Key, shardOf, streamPartition } from "./keys.ts";

const Row = z.object({
  receiver: z.string(),
  event: json(Event),
  order: z.number(),
  state: z.enum(DELIVERY_STATES),
  attempts: z.number(),
  failures: z.number(),
  queuedAt: z.number(),
  nextAttemptAt: z.number(),
  error: z.string().exactOptional(),
  digest: z.string().exactOptional(),
  /** The lease. */
  owner: z.string().exactOptional(),
  until: z.number().exactOptional(),
});

/** A delivery, and until when somebody holds it. */
export interface HeldDelivery {
  readonly delivery: Delivery;
  readonly heldUntil: Millis | undefined;
}

export function deliveryKey({ event, receiver }: Pick<Delivery, "event" | "receiver">): Key {
  return { pk: streamPartition({ uid: event.uid, receiver }), sk: event.id };
}

/** The row of a new delivery, due at once. */
export function encodeDelivery({ receiver, event, order }: Stamped["deliveries"][number], now: Millis) {
  const key = deliveryKey({ event, receiver });
  return {
    ...key,
    receiver,
    event: JSON.stringify(event),
    order,
    state: "pending",
    attempts: 0,
    failures: 0,
    queuedAt: now,
    nextAttemptAt: now,
    dueShard: shardOf(key.pk),
  };
}

/** Throws a `ZodError` for a row that is not a delivery's. */
export function decodeDelivery(item: unknown): HeldDelivery {
  const { owner, until, ...delivery } = Row.parse(item);
  return { delivery, heldUntil: owner === undefined ? undefined : until };
}

/** The order of a stream. */
export function byOrder(a: HeldDelivery, b: HeldDelivery): number {
  return a.delivery.order - b.delivery.order || (a.delivery.event.id < b.delivery.event.id ? -1 : 1);
}

import * as z from "zod";
import { Event, json } from "../schemas.ts";
import { DELIVERY_STATES, type Delivery } from "../store.ts";

/** A row of the table `delivery`. */
export const DeliveryRow = z
  .object({
    receiver: z.string(),
    event: json(Event),
    order: z.number(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.number(),
    failures: z.number(),
    queued_at: z.number(),
    next_attempt_at: z.number(),
    error: z.string().nullable(),
    digest: z.string().nullable(),
  })
  .transform(
    ({ queued_at, next_attempt_at, error, digest, ...row }): Delivery => ({
      ...row,
      queuedAt: queued_at,
      nextAttemptAt: next_attempt_at,
      ...(error !== null && { error }),
      ...(digest !== null && { digest }),
    }),
  );

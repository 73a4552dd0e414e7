import * as z from "zod";
import type { Condition } from "../conditions.ts";
import type { Seconds } from "../job.ts";
import { OptionalTime } from "./metadata.ts";

const RawCondition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  lastTransitionTime: OptionalTime,
  lastUpdateTime: OptionalTime,
});

/** `status.conditions`; both `null` and no list at all occur. */
export const Conditions = z
  .array(RawCondition)
  .nullish()
  .transform((conditions) => conditions ?? []);

/** Conditions with a time each: without one of its own the object's creation stands in, since an id needs a time that never changes. */
export function withTimes(conditions: z.output<typeof Conditions>, createdAt: Seconds): readonly Condition[] {
  return conditions.map(({ type, status, reason, message, lastTransitionTime, lastUpdateTime }) => ({
    type,
    status,
    at: lastTransitionTime ?? lastUpdateTime ?? createdAt,
    reason: reason ?? undefined,
    message: message ?? undefined,
  }));
}

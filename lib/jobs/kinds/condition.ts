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
    reason: cut(reason ?? undefined),
    message: cut(message ?? undefined),
  }));
}

/** No receiver shows more, and a CRD sets no limit: 400 kB of it would fit in no row of DynamoDB. */
const MOST_CHARACTERS = 2000;

/** The beginning, with `…` in place of the rest. */
function cut(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= MOST_CHARACTERS) return text;
  // A surrogate pair is one character: of its halves none is kept alone.
  return `${text.slice(0, MOST_CHARACTERS - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

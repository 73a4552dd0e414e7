import * as z from "zod";
import type { Seconds } from "../job.ts";
import type { Fields } from "./reader.ts";

/** RFC 3339 -> whole seconds. `metav1.Time` has no fraction; a `MicroTime` loses its. */
const Time = z.string().transform((text, context): Seconds => {
  const millis = Date.parse(text);
  if (!Number.isNaN(millis)) return Math.floor(millis / 1000);
  context.addIssue({ code: "custom", message: "not a time" });
  return z.NEVER;
});

export const OptionalTime = Time.nullish().transform((at) => at ?? undefined);

/** A count of pods: left out means none. */
export const Count = z
  .number()
  .int()
  .nullish()
  .transform((count) => count ?? 0);

/** The names of what {@link Metadata} reads, but annotations: a watch asks for those that it wants. */
export const METADATA_FIELDS = {
  namespace: true,
  name: true,
  uid: true,
  resourceVersion: true,
  creationTimestamp: true,
  labels: true,
} satisfies Fields;

/** What is read of an object's metadata. The rest, half of it managedFields, is not looked at. */
export const Metadata = z.object({
  namespace: z.string().min(1),
  name: z.string().min(1),
  uid: z.string().min(1),
  resourceVersion: z.string().min(1),
  creationTimestamp: Time,
  labels: z
    .record(z.string(), z.string())
    .nullish()
    .transform((labels) => labels ?? {}),
  // Few watches want any: they must never be the reason why a job is not read.
  annotations: z
    .record(z.string(), z.string())
    .nullish()
    .catch(null)
    .transform((annotations) => annotations ?? {}),
});

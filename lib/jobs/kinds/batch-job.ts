import * as z from "zod";
import { type Condition, endOf, find, inOrder, stepOf } from "../conditions.ts";
import type { Seconds, Snapshot, Step } from "../job.ts";
import { Conditions, withTimes } from "./condition.ts";
import { Count, METADATA_FIELDS, Metadata, OptionalTime } from "./metadata.ts";
import type { Fields, Kind } from "./reader.ts";

const Status = z.object({
  conditions: Conditions,
  startTime: OptionalTime,
  active: Count,
  succeeded: Count,
  failed: Count,
  ready: z.number().int().nullish(),
});
type Status = z.output<typeof Status>;

const BatchJob = z.object({
  metadata: Metadata,
  spec: z.object({ parallelism: z.number().int().nullish(), completions: z.number().int().nullish() }).nullish(),
  status: Status.nullish(),
});

const FIELDS: Fields = {
  metadata: METADATA_FIELDS,
  spec: { parallelism: true, completions: true },
  status: { conditions: true, startTime: true, active: true, succeeded: true, failed: true, ready: true },
};

/** `batch/v1` Job, which has no Created and no Running condition. */
export const batchJob: Kind = {
  resource: { group: "batch", version: "v1", kind: "Job", plural: "jobs" },
  fields: FIELDS,
  read: readBatchJob,
};

function readBatchJob(object: unknown): Snapshot {
  const { metadata, spec, status } = BatchJob.parse(object);
  const { creationTimestamp, ...identity } = metadata;
  const { active = 0, succeeded = 0, failed = 0 } = status ?? {};
  const desired = spec?.completions ?? spec?.parallelism ?? 1;
  return {
    ...identity,
    startedAt: status?.startTime,
    replicas: { Pod: { active, succeeded, failed, desired } },
    retries: failed,
    steps: stepsOf(creationTimestamp, status ?? undefined),
  };
}

function stepsOf(createdAt: Seconds, status: Status | undefined): readonly Step[] {
  const created: Step = { type: "Created", at: createdAt, reason: undefined, message: undefined };
  if (status === undefined) return [created];
  const conditions = withTimes(status.conditions, createdAt);
  // SuccessCriteriaMet and FailureTarget are heralds: pods still stop. `failed > 0` is a retry.
  const end = endOf(find(conditions, "Complete", "True"), find(conditions, "Failed", "True"));
  return inOrder([created, ...suspension(conditions), ...running(status, end), ...end]);
}

function suspension(conditions: readonly Condition[]): readonly Step[] {
  const suspended = find(conditions, "Suspended", "True");
  if (suspended) return [stepOf("Suspended", suspended)];
  const resumed = find(conditions, "Suspended", "False");
  return resumed ? [stepOf("Resumed", resumed)] : [];
}

/**
 * A Job runs while pods are ready (before Kubernetes 1.24 there was only `active`, which counts pending pods too).
 * Its time is startTime, the one time that stays the same in every version of one run; a resumed Job gets a new one.
 * A Job that completed with a pod that succeeded has run, even if nobody looked meanwhile.
 */
function running({ startTime, ready, active, succeeded }: Status, end: readonly Step[]): readonly Step[] {
  if (startTime === undefined) return [];
  const hasRun = end.some((step) => step.type === "Succeeded") && succeeded > 0;
  if ((ready ?? active) === 0 && !hasRun) return [];
  return [{ type: "Running", at: startTime, reason: undefined, message: undefined }];
}

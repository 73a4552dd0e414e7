import type { KubeObject } from "../objects.ts";
import type { KubeflowCondition } from "./kubeflow-conditions.ts";

export interface JobStatus {
  readonly conditions: readonly KubeflowCondition[];
  readonly replicaStatuses?: Readonly<Record<string, ReplicaStatus>>;
  readonly startTime?: string;
  readonly completionTime?: string;
}

/** Pods of one replica type; none are left out. */
export interface ReplicaStatus {
  readonly active?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly selector?: string;
}

export function readStatus({ status }: KubeObject): JobStatus {
  return { conditions: [], ...status };
}

export function writeStatus(job: KubeObject, status: Partial<JobStatus>): void {
  job.status = { ...readStatus(job), ...status };
}

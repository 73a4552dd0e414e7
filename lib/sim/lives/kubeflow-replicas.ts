import { isRecord, type KubeObject } from "../objects.ts";
import { type ReplicaStatus, readStatus, writeStatus } from "./kubeflow-status.ts";
import type { Change } from "./stage.ts";

/** The replica type that has a failed pod. */
export function failingType(job: KubeObject): string | undefined {
  return desiredOf(job).find(([type]) => countsOf(job, type).failed)?.[0];
}

/** No pods of any type, which is written all the same. */
export function gone(job: KubeObject): void {
  for (const [type] of desiredOf(job)) set(job, type, {});
}

export function primaryUp(job: KubeObject): void {
  const primary = primaryOf(job);
  if (primary !== undefined) set(job, primary, { active: 1 });
  for (const [type] of workersOf(job)) set(job, type, activeOf(job, type));
}

/** Brings up that part of the workers, but takes none away. */
export function workersUp(part: number): Change {
  return (job) => {
    for (const [type, desired] of workersOf(job)) {
      set(job, type, { active: Math.max(Math.ceil(desired * part), countsOf(job, type).active ?? 0) });
    }
  };
}

export function workerFailed(job: KubeObject): void {
  for (const [type, desired] of workersOf(job).slice(0, 1)) {
    set(job, type, desired > 1 ? { active: desired - 1, failed: 1 } : { failed: 1 });
  }
}

export function primaryFailed(job: KubeObject): void {
  const primary = primaryOf(job);
  if (primary === undefined) workerFailed(job);
  else set(job, primary, { failed: 1 });
}

export function primaryGone(job: KubeObject): void {
  const primary = primaryOf(job);
  if (primary !== undefined) set(job, primary, {});
}

export function primarySucceeded(job: KubeObject): void {
  const primary = primaryOf(job);
  if (primary !== undefined) set(job, primary, { succeeded: 1 });
  for (const [type] of workersOf(job)) set(job, type, activeOf(job, type));
}

export function workersSucceeded(job: KubeObject): void {
  for (const [type, desired] of workersOf(job)) set(job, type, { succeeded: desired });
}

/** Replica types and how many of each the spec asks for. */
function desiredOf({ spec = {} }: KubeObject): readonly (readonly [string, number])[] {
  const field = Object.keys(spec).find((name) => name.endsWith("ReplicaSpecs")) ?? "";
  const specs = isRecord(spec[field]) ? spec[field] : {};
  return Object.entries(specs).map(([type, replicas]) => [
    type,
    isRecord(replicas) ? Number(replicas.replicas ?? 1) : 1,
  ]);
}

// Of the types one leads: it is up first, and when it succeeds the job has. A JAXJob has workers only.
const primaryOf = (job: KubeObject) => desiredOf(job).find(([type]) => type !== "Worker")?.[0];
const workersOf = (job: KubeObject) => desiredOf(job).filter(([type]) => type !== primaryOf(job));
const countsOf = (job: KubeObject, type: string): ReplicaStatus => readStatus(job).replicaStatuses?.[type] ?? {};

function activeOf(job: KubeObject, type: string): ReplicaStatus {
  const { active } = countsOf(job, type);
  return active === undefined ? {} : { active };
}

function set(job: KubeObject, type: string, counts: ReplicaStatus): void {
  // The PyTorch controller names the pods of a type, until the job has succeeded; then only the master's.
  const succeeded = countsOf(job, primaryOf(job) ?? type).succeeded !== undefined;
  const named = job.kind === "PyTorchJob" && (type === primaryOf(job) || !succeeded);
  const status = { ...counts, ...(named && { selector: selectorOf(job, type) }) };
  writeStatus(job, { replicaStatuses: { ...readStatus(job).replicaStatuses, [type]: status } });
}

function selectorOf({ metadata }: KubeObject, type: string): string {
  const operator = "training.kubeflow.org/operator-name=pytorchjob-controller";
  const role = `training.kubeflow.org/replica-type=${type.toLowerCase()}`;
  return `training.kubeflow.org/job-name=${metadata.name},${operator},${role}`;
}

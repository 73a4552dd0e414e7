import { apiVersionOf } from "#jobs/event";
import type { Resource } from "#jobs/job";
import { isBuiltIn, isRecord, type KubeObject } from "../objects.ts";
import { ACCIDENTS, type Accident } from "./accidents.ts";

/** Where a pod has come to. */
type Phase = "Pending" | "Running" | "Succeeded" | "Failed";

/** The pods of a job as its status tells of them, and with the labels by which its controller finds them: made anew each time. */
export function podsOf(resource: Resource, job: KubeObject): readonly KubeObject[] {
  if (isSuspended(job)) return [];
  return isBuiltIn(resource) ? batchPods(resource, job) : kubeflowPods(resource, job);
}

/** What befell the pods of a job that failed: always the same of one job. */
export function accidentOf({ metadata }: Pick<KubeObject, "metadata">): Accident {
  const number = Number.parseInt((metadata.uid ?? "0").slice(0, 4), 16) || 0;
  return ACCIDENTS[number % ACCIDENTS.length] ?? ACCIDENTS[0];
}

function isSuspended({ spec = {} }: KubeObject): boolean {
  return spec.suspend === true || (isRecord(spec.runPolicy) && spec.runPolicy.suspend === true);
}

interface Counts {
  readonly active?: number;
  readonly succeeded?: number;
  readonly failed?: number;
}

/** Those that failed come last, so that it is not always the first one. */
function phasesOf({ active = 0, succeeded = 0, failed = 0 }: Counts, desired: number): readonly Phase[] {
  const told = [
    ...Array<Phase>(succeeded).fill("Succeeded"),
    ...Array<Phase>(active).fill("Running"),
    ...Array<Phase>(failed).fill("Failed"),
  ];
  return [...Array<Phase>(Math.max(0, desired - told.length)).fill("Pending"), ...told];
}

function kubeflowPods(resource: Resource, job: KubeObject): readonly KubeObject[] {
  const { spec = {}, status = {} } = job;
  const field = Object.keys(spec).find((name) => name.endsWith("ReplicaSpecs")) ?? "";
  const specs = isRecord(spec[field]) ? spec[field] : {};
  const statuses = isRecord(status.replicaStatuses) ? status.replicaStatuses : {};
  return Object.entries(specs).flatMap(([type, its]) => {
    const desired = isRecord(its) ? Number(its.replicas ?? 1) : 1;
    const phases = phasesOf((statuses[type] ?? {}) as Counts, desired);
    const container = nameOfContainer(isRecord(its) ? its.template : undefined);
    return phases.map((phase, index) => {
      const labels = {
        "training.kubeflow.org/job-name": job.metadata.name,
        "training.kubeflow.org/operator-name": `${job.kind?.toLowerCase()}-controller`,
        "training.kubeflow.org/replica-index": String(index),
        "training.kubeflow.org/replica-type": type.toLowerCase(),
      };
      return podOf(resource, job, { name: `${type.toLowerCase()}-${index}`, labels, phase, container });
    });
  });
}

function batchPods(resource: Resource, job: KubeObject): readonly KubeObject[] {
  const { metadata, spec = {}, status = {} } = job;
  const { name, uid = "" } = metadata;
  const labels = {
    ...{ "batch.kubernetes.io/controller-uid": uid, "batch.kubernetes.io/job-name": name },
    ...{ "controller-uid": uid, "job-name": name },
  };
  const { active = 0, ready = 0 } = status as { active?: number; ready?: number };
  const phases = phasesOf({ ...(status as Counts), active: ready }, active);
  const container = nameOfContainer(spec.template);
  return phases.map((phase, index) =>
    podOf(resource, job, { name: `${uid.slice(0, 4)}${index}`, labels, phase, container }),
  );
}

function nameOfContainer(template: unknown): string {
  const { spec } = (template ?? {}) as { spec?: { containers?: readonly { name?: string }[] } };
  return spec?.containers?.[0]?.name ?? "main";
}

interface Role {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly phase: Phase;
  readonly container: string;
}

function podOf(resource: Resource, job: KubeObject, { name, labels, phase, container }: Role): KubeObject {
  const { metadata } = job;
  const owner = { apiVersion: apiVersionOf(resource), kind: resource.kind, name: metadata.name, uid: metadata.uid };
  return {
    metadata: {
      name: `${metadata.name}-${name}`,
      namespace: metadata.namespace,
      uid: `${metadata.uid?.slice(0, -12)}${Buffer.from(name).toString("hex").padStart(12, "0").slice(-12)}`,
      ...(metadata.resourceVersion && { resourceVersion: metadata.resourceVersion }),
      ...(metadata.creationTimestamp && { creationTimestamp: metadata.creationTimestamp }),
      labels: { ...metadata.labels, ...labels },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec: { containers: [{ name: container }] },
    status: { phase, ...statusOf(job, phase, container) },
  };
}

const NO_ROOM =
  "0/6 nodes are available: 6 Insufficient nvidia.com/gpu. preemption: 0/6 nodes are available: 6 No preemption victims found for incoming pod.";

function statusOf(job: KubeObject, phase: Phase, name: string): Record<string, unknown> {
  const at = endOf(job);
  const isScheduled = phase !== "Pending";
  const condition = { type: "PodScheduled", lastProbeTime: null, lastTransitionTime: job.metadata.creationTimestamp };
  if (!isScheduled)
    return { conditions: [{ ...condition, status: "False", reason: "Unschedulable", message: NO_ROOM }] };
  const { exitCode, reason } = phase === "Failed" ? accidentOf(job) : { exitCode: 0, reason: "Completed" };
  const terminated = { exitCode, reason, startedAt: job.metadata.creationTimestamp, finishedAt: at };
  const state = phase === "Running" ? { running: { startedAt: job.metadata.creationTimestamp } } : { terminated };
  const containerStatuses = [{ name, state, lastState: {}, ready: phase === "Running", restartCount: 0 }];
  return { conditions: [{ ...condition, status: "True" }], containerStatuses };
}

/** When the last of its conditions changed: then its pods ended. */
function endOf({ status = {} }: KubeObject): string | undefined {
  const conditions = Array.isArray(status.conditions) ? status.conditions : [];
  return (conditions.at(-1) as { lastTransitionTime?: string } | undefined)?.lastTransitionTime;
}

import * as z from "zod";
import { type Condition, endOf, find, inOrder, stepOf } from "../conditions.ts";
import type { ReplicaCount, Replicas, Resource, Snapshot, Step } from "../job.ts";
import { Conditions, withTimes } from "./condition.ts";
import { Count, METADATA_FIELDS, Metadata, OptionalTime } from "./metadata.ts";
import type { Fields, Kind } from "./reader.ts";

const ReplicaStatus = z.object({ active: Count, succeeded: Count, failed: Count });
const ReplicaSpecs = z.record(z.string(), z.object({ replicas: z.number().int().nullish() }).nullish());

const Status = z.object({
  conditions: Conditions,
  startTime: OptionalTime,
  replicaStatuses: z
    .record(z.string(), ReplicaStatus.nullish())
    .nullish()
    .transform((statuses) => statuses ?? {}),
});
type Status = z.output<typeof Status>;

/** The JobStatus that all kinds of kubeflow.org/v1 share. Only what is read: a field that we do not need must never be the reason why a tick fails. */
const KubeflowJob = z.object({
  metadata: Metadata,
  spec: z.looseObject({}).nullish(),
  status: Status.nullish(),
});

const FIELDS = {
  metadata: METADATA_FIELDS,
  status: {
    conditions: true,
    startTime: true,
    replicaStatuses: { "*": { active: true, succeeded: true, failed: true } },
  },
} satisfies Fields;

/** `PyTorchJob` -> `pytorchReplicaSpecs`: the one field that each kind names its own way. */
function kubeflowKind(kind: string, replicaSpecsField: string): Kind {
  const resource: Resource = { group: "kubeflow.org", version: "v1", kind, plural: `${kind.toLowerCase()}s` };
  const fields = { ...FIELDS, spec: { [replicaSpecsField]: { "*": { replicas: true } } } } as const;
  return { resource, fields, read: (object) => readKubeflowJob(object, replicaSpecsField) };
}

export const jaxJob = kubeflowKind("JAXJob", "jaxReplicaSpecs");
export const mpiJob = kubeflowKind("MPIJob", "mpiReplicaSpecs");
export const paddleJob = kubeflowKind("PaddleJob", "paddleReplicaSpecs");
export const pyTorchJob = kubeflowKind("PyTorchJob", "pytorchReplicaSpecs");
export const tfJob = kubeflowKind("TFJob", "tfReplicaSpecs");
export const xgboostJob = kubeflowKind("XGBoostJob", "xgbReplicaSpecs");

function readKubeflowJob(object: unknown, replicaSpecsField: string): Snapshot {
  const { metadata, spec, status } = KubeflowJob.parse(object);
  const { creationTimestamp, ...identity } = metadata;
  const specs = ReplicaSpecs.safeParse(spec?.[replicaSpecsField]);
  const steps = stepsOf(withTimes(status?.conditions ?? [], creationTimestamp));
  return {
    ...identity,
    startedAt: status?.startTime,
    replicas: replicasOf(specs.data ?? {}, status?.replicaStatuses ?? {}),
    ...(steps.length === 0 && { createdAt: creationTimestamp }),
    steps,
  };
}

function stepsOf(conditions: readonly Condition[]): readonly Step[] {
  const end = endOf(find(conditions, "Succeeded", "True"), find(conditions, "Failed", "True"));
  const underWay = conditions.flatMap((condition) => stepsUnderWay(condition, conditions, end.length > 0));
  return inOrder([...underWay, ...end]);
}

function stepsUnderWay(condition: Condition, conditions: readonly Condition[], ended: boolean): readonly Step[] {
  switch (`${condition.type}=${condition.status}`) {
    case "Created=True":
      return [stepOf("Created", condition)];
    case "Running=True":
      return [stepOf("Running", condition)];
    case "Restarting=True":
      return [stepOf("Restarting", condition)];
    case "Suspended=True":
      return [stepOf("Suspended", condition)];
    case "Suspended=False":
      return [stepOf("Resumed", condition)];
    case "Running=False":
      return stepsOfStopped(condition, conditions, ended);
    default:
      return [];
  }
}

/**
 * What a Running=False tells. It is the trace of a suspension where its reason ends in `Suspended` (the one reason that
 * decides anything: nothing else tells the two apart), and otherwise, once the job has ended, of the last run, with the
 * time at which that began.
 */
function stepsOfStopped(condition: Condition, conditions: readonly Condition[], ended: boolean): readonly Step[] {
  if (condition.reason?.endsWith("Suspended")) {
    return find(conditions, "Suspended", "True") ? [] : [{ ...stepOf("Suspended", condition), inferred: true }];
  }
  return ended ? [stepOf("Running", condition)] : [];
}

const NONE: ReplicaCount = { active: 0, succeeded: 0, failed: 0 };

/**
 * Counts by replica type. The spec may write `Ps` where the status writes `PS`: types are matched whatever their case,
 * and named as in the status.
 */
function replicasOf(specs: z.output<typeof ReplicaSpecs>, statuses: Status["replicaStatuses"]): Replicas {
  const replicas = new Map<string, { name: string; count: ReplicaCount }>();
  for (const [name, spec] of Object.entries(specs)) {
    replicas.set(name.toLowerCase(), { name, count: { ...NONE, desired: spec?.replicas ?? 1 } });
  }
  for (const [name, status] of Object.entries(statuses)) {
    const spec = replicas.get(name.toLowerCase());
    replicas.set(name.toLowerCase(), { name, count: { ...NONE, ...spec?.count, ...status } });
  }
  return Object.fromEntries([...replicas.values()].map(({ name, count }) => [name, count]));
}

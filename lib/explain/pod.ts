import * as z from "zod";
import type { JobEvent } from "#jobs/event";
import type { Fields } from "#jobs/kinds/reader";

const Text = z.string().nullish();
const Time = Text.transform((text) => Date.parse(text ?? "") || undefined);

const Terminated = z.object({
  exitCode: z.number().int().catch(0),
  signal: z.number().int().nullish().catch(undefined),
  reason: Text,
  message: Text,
  finishedAt: Time,
});
export type Terminated = z.output<typeof Terminated>;

const Waiting = z.object({ reason: Text, message: Text });
export type Waiting = z.output<typeof Waiting>;

const State = z
  .object({
    waiting: Waiting.nullish(),
    running: z.looseObject({}).nullish(),
    terminated: Terminated.nullish(),
  })
  .nullish();

const Containers = z
  .array(z.object({ name: z.string(), state: State, lastState: State }))
  .nullish()
  .transform((containers) => containers ?? []);
export type Container = z.output<typeof Containers>[number];

const Pod = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    deletionTimestamp: Text,
    labels: z.record(z.string(), z.string()).nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z.array(z.object({ uid: z.string() })).nullish(),
  }),
  status: z.object({
    phase: Text,
    reason: Text,
    message: Text,
    conditions: z
      .array(z.object({ type: z.string(), status: z.string(), reason: Text, message: Text, lastTransitionTime: Time }))
      .nullish()
      .transform((conditions) => conditions ?? []),
    initContainerStatuses: Containers,
    containerStatuses: Containers,
  }),
});
export type Pod = z.output<typeof Pod>;

const INDEX = "batch.kubernetes.io/job-completion-index";

/** What is read of a pod. The rest, most of it its spec, is not even parsed. */
export const POD_FIELDS: Fields = {
  metadata: {
    ...{ name: true, uid: true, deletionTimestamp: true, labels: true, ownerReferences: true },
    annotations: { [INDEX]: true },
  },
  status: {
    ...{ phase: true, reason: true, message: true, conditions: true },
    ...{ initContainerStatuses: true, containerStatuses: true },
  },
};

/** A listed pod, if it is this very job's: of an older job of that name there may be pods still. */
export function readPod(object: unknown, { uid }: Pick<JobEvent, "uid">): Pod | undefined {
  const pod = Pod.safeParse(object);
  const owners = pod.data?.metadata.ownerReferences ?? [];
  return owners.some((owner) => owner.uid === uid) ? pod.data : undefined;
}

/**
 * Label selectors by which the job's pods are found: the one that is written now, and the one before it, which is asked
 * for where the first finds none. The training operator writes its own since 1.4, Kubernetes since 1.27.
 */
export function selectorsOf({ apiVersion, name, uid }: JobEvent): readonly string[] {
  if (apiVersion.startsWith("batch/")) return [`batch.kubernetes.io/controller-uid=${uid}`, `controller-uid=${uid}`];
  return [`training.kubeflow.org/job-name=${name}`, `job-name=${name}`];
}

/** The pod's place in its job, `Worker 1`, where it has one. */
export function replicaOf({ metadata }: Pod, { replicas }: JobEvent): string | undefined {
  const { labels, annotations } = metadata;
  const label = (name: string) => labels?.[`training.kubeflow.org/${name}`] ?? labels?.[name];
  const index = label("replica-index") ?? labels?.[INDEX] ?? annotations?.[INDEX];
  const type = label("replica-type") ?? (index === undefined ? undefined : "Pod");
  if (type === undefined) return undefined;
  // The label is in small letters; people know the type as the job writes it.
  const name = Object.keys(replicas).find((each) => each.toLowerCase() === type.toLowerCase()) ?? type;
  return index === undefined ? name : `${name} ${index}`;
}

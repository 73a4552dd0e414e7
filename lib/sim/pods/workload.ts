import type { Resource } from "#jobs/job";
import type { ClusterState } from "../cluster-state.ts";
import { PODS } from "../core.ts";
import { type KubeObject, keyOf } from "../objects.ts";
import { Collection, Version } from "../storage.ts";
import { accidentOf, podsOf } from "./pods.ts";

/** The pods that a namespace's jobs have at this moment, beside those that were created by themselves. Nothing is kept: who does not ask for pods pays nothing for them. */
export function workloadOf(
  state: ClusterState,
  resources: readonly Resource[],
  namespace: string | undefined,
): Collection {
  const made = new Collection();
  const add = (pod: KubeObject, revision: number) => {
    const key = keyOf(pod.metadata.namespace, pod.metadata.name);
    made.write(key, revision, 0, new Version(key, revision, pod));
  };
  for (const { object, revision } of state.collection(PODS)?.at(state.revision) ?? []) add(object, revision);
  for (const resource of resources.filter(({ group }) => group !== "")) {
    for (const { object, revision } of state.collection(resource)?.at(state.revision) ?? []) {
      if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
      for (const pod of podsOf(resource, { ...object, kind: resource.kind })) add(pod, revision);
    }
  }
  return made;
}

/** What the container of a job's pod has written. */
export function linesOf(pod: KubeObject | undefined): readonly string[] {
  const [owner] = (pod?.metadata.ownerReferences ?? []) as readonly { readonly uid?: string }[];
  if (pod === undefined || owner?.uid === undefined) return [];
  const { log } = accidentOf({ metadata: { ...pod.metadata, uid: owner.uid } });
  return pod.status?.phase === "Failed" ? log : log.slice(0, 2);
}

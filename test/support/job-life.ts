import { tfJob } from "#jobs/kinds/kubeflow";
import type { ApiServer } from "#sim/api-server";

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastTransitionTime: string;
  lastUpdateTime: string;
}

/** Sets a condition as the training operator does: an end turns Running False and keeps its times. */
export function setCondition(
  api: ApiServer,
  name: string,
  type: "Created" | "Running" | "Succeeded" | "Failed",
  at: number,
  namespace = "ml",
): void {
  api.update(tfJob.resource, namespace, name, (job) => {
    const time = new Date(at * 1000).toISOString().replace(".000Z", "Z");
    const before = ((job.status?.conditions ?? []) as Condition[]).map((condition) =>
      condition.type === "Running" && (type === "Succeeded" || type === "Failed")
        ? { ...condition, status: "False" }
        : condition,
    );
    const condition = {
      type,
      status: "True",
      reason: `TFJob${type}`,
      message: `TFJob ${namespace}/${name} is ${type.toLowerCase()}.`,
      lastTransitionTime: time,
      lastUpdateTime: time,
    };
    job.status = { ...job.status, conditions: [...before, condition] };
  });
}

/** Adds a TFJob that nothing has touched yet, and answers with its uid. */
export function createJob(api: ApiServer, name: string, labels: Record<string, string> = {}, namespace = "ml"): string {
  const job = api.create(tfJob.resource, {
    metadata: { namespace, name, labels },
    spec: { tfReplicaSpecs: { Worker: { replicas: 2 } } },
  });
  return String(job.metadata.uid);
}

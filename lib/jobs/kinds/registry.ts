import { batchJob } from "./batch-job.ts";
import { jaxJob, mpiJob, paddleJob, pyTorchJob, tfJob, xgboostJob } from "./kubeflow.ts";
import type { Kind } from "./reader.ts";

/** Every kind of job that Jobbell knows. A new one is a file, a fixture folder and a line here. */
export const KINDS: readonly Kind[] = [batchJob, jaxJob, mpiJob, paddleJob, pyTorchJob, tfJob, xgboostJob];

/** The kind of that name, `TFJob`, or `undefined`. */
export function kindNamed(name: string): Kind | undefined {
  return KINDS.find((kind) => kind.resource.kind === name);
}

import type { Seconds, Snapshot, Step, StepType } from "#jobs/job";
import { jaxJob, mpiJob, paddleJob, pyTorchJob, tfJob, xgboostJob } from "#jobs/kinds/kubeflow";

export const KUBEFLOW = [jaxJob, mpiJob, paddleJob, pyTorchJob, tfJob, xgboostJob] as const;

/** Second 0 of all tables. */
export const T0: Seconds = Date.UTC(2026, 10, 21) / 1000;

export const time = (second: number): string => new Date((T0 + second) * 1000).toISOString().replace(".000", "");

/** `Running=False@7!JobSuspended`: type, status, second, and a reason where it matters. */
function condition(text: string) {
  const [, type, status, second, reason] = /^(\w+)=(\w+)@(-?\d+)(?:!(\w*))?$/.exec(text) ?? [];
  if (second === undefined) throw new Error(`not a condition: ${text}`);
  const at = time(Number(second));
  const words = { reason: reason ?? `Job${type}`, message: `the job is ${type?.toLowerCase()}.` };
  return { type, status, ...words, lastTransitionTime: at, lastUpdateTime: at };
}

/** Conditions in the order in which they are named. */
export const conditions = (text: string) => text.split(" ").filter(Boolean).map(condition);

/** An object of any kind, as far as it is read. */
export function object(status?: unknown, metadata: object = {}, spec?: unknown) {
  const identity = { namespace: "ml", name: "mnist", uid: "uid-1", resourceVersion: "1" };
  return { metadata: { ...identity, creationTimestamp: time(0), ...metadata }, spec, status };
}

/** Steps as `Created@0 Running@3`. */
export function words(steps: readonly { readonly type: string; readonly at: Seconds }[]): string {
  return steps.map(({ type, at }) => `${type}@${at - T0}`).join(" ");
}

/** A snapshot of these steps: `Created@0 Running@3`. */
export function snapshot(text: string, changes: Partial<Snapshot> = {}): Snapshot {
  return {
    namespace: "ml",
    name: "mnist",
    uid: "uid-1",
    resourceVersion: "1",
    labels: {},
    annotations: {},
    replicas: {},
    startedAt: undefined,
    steps: text.split(" ").filter(Boolean).map(stepFrom),
    ...changes,
  };
}

function stepFrom(text: string): Step {
  const [type, second] = text.split("@");
  return { type: type as StepType, at: T0 + Number(second), reason: undefined, message: undefined };
}

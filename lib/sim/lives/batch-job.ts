import type { KubeObject } from "../objects.ts";
import { type Change, moment, type Stages } from "./stage.ts";

interface JobStatus {
  conditions?: readonly Condition[];
  startTime?: string;
  completionTime?: string;
  active?: number;
  succeeded?: number;
  failed?: number;
  terminating: number;
  uncountedTerminatedPods: object;
  ready: number;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastProbeTime: string;
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
}

/** What the Job controller of kube-controller-manager writes. */
export const batchStages: Stages = {
  create: [moment(300, (job, at) => write(job, starting(job, at)))],
  "create-suspended": [moment(300, (job, at) => write(job, { ...STOPPED, conditions: [suspended(at)] }))],
  run: [moment(1500, (job) => write(job, { ...read(job), ready: podsOf(job) }))],
  restart: [moment(5000, podFailed)],
  "restart-primary": [moment(5000, podFailed)],
  suspend: [moment(4000, suspendInSpec(true)), moment(500, stop), moment(400, stopped)],
  resume: [moment(4000, suspendInSpec(false)), moment(500, resume)],
  succeed: [moment(8000, successNears), moment(300, complete)],
  fail: [moment(7000, failureNears), moment(300, failed)],
};

const STOPPED = { terminating: 0, uncountedTerminatedPods: {}, ready: 0 };

const podsOf = ({ spec }: KubeObject) => Number(spec?.parallelism ?? 1);
const read = ({ status }: KubeObject) => ({ ...STOPPED, ...status }) as JobStatus;

function write(job: KubeObject, status: JobStatus): void {
  job.status = { ...status };
}

function starting(job: KubeObject, at: string): JobStatus {
  const { conditions, failed: retried } = read(job);
  const kept = { ...(conditions && { conditions }), ...(retried && { failed: retried }) };
  return { ...STOPPED, ...kept, startTime: at, active: podsOf(job) };
}

function podFailed(job: KubeObject): void {
  const status = read(job);
  write(job, { ...status, failed: (status.failed ?? 0) + 1, ready: podsOf(job) - 1 });
}

function suspendInSpec(suspend: boolean): Change {
  return (job) => {
    job.spec = { ...job.spec, suspend };
  };
}

// A suspended Job has no startTime: it gets a new one when it is resumed.
function stop(job: KubeObject, at: string): void {
  const { startTime: _, active = 0, conditions = [], ...rest } = read(job);
  write(job, { ...rest, conditions: withCondition(conditions, suspended(at)), terminating: active, ready: 0 });
}

function stopped(job: KubeObject): void {
  write(job, { ...read(job), terminating: 0 });
}

function resume(job: KubeObject, at: string): void {
  const resumed = condition("Suspended", "False", "JobResumed", "Job resumed", at);
  write(job, { ...starting(job, at), conditions: withCondition(read(job).conditions ?? [], resumed) });
}

// Two steps to an end: first the herald, while the pods are not counted yet, then the end itself.
const CRITERIA = ["CompletionsReached", "Reached expected number of succeeded pods"] as const;
const BACKOFF = ["BackoffLimitExceeded", "Job has reached the specified backoff limit"] as const;

function successNears(job: KubeObject, at: string): void {
  nearEnd(job, condition("SuccessCriteriaMet", "True", ...CRITERIA, at), "succeeded");
}

function failureNears(job: KubeObject, at: string): void {
  nearEnd(job, condition("FailureTarget", "True", ...BACKOFF, at), "failed");
}

function nearEnd(job: KubeObject, herald: Condition, outcome: "succeeded" | "failed"): void {
  const { active: _, conditions = [], ...rest } = read(job);
  const uncountedTerminatedPods = { [outcome]: [podUid(job)] };
  write(job, { ...rest, conditions: withCondition(conditions, herald), uncountedTerminatedPods, ready: 0 });
}

function complete(job: KubeObject, at: string): void {
  const status = read(job);
  const conditions = withCondition(status.conditions ?? [], condition("Complete", "True", ...CRITERIA, at));
  const succeeded = Number(job.spec?.completions ?? podsOf(job));
  write(job, { ...status, conditions, completionTime: at, succeeded, uncountedTerminatedPods: {} });
}

function failed(job: KubeObject, at: string): void {
  const status = read(job);
  const conditions = withCondition(status.conditions ?? [], condition("Failed", "True", ...BACKOFF, at));
  // As many pods as the Job may lose, and the one too many.
  write(job, { ...status, conditions, failed: Number(job.spec?.backoffLimit ?? 6) + 1, uncountedTerminatedPods: {} });
}

const podUid = ({ metadata }: KubeObject) => (metadata.uid ?? "").split("-").toReversed().join("-");
const suspended = (at: string) => condition("Suspended", "True", "JobSuspended", "Job suspended", at);

function condition(type: string, status: string, reason: string, message: string, at: string): Condition {
  return { type, status, lastProbeTime: at, lastTransitionTime: at, reason, message };
}

function withCondition(conditions: readonly Condition[], next: Condition): readonly Condition[] {
  return [...conditions.filter(({ type }) => type !== next.type), next];
}

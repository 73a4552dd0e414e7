import type { Container, Pod, Terminated, Waiting } from "./pod.ts";

/** How much something tells of why a job failed, or waits; the first tells most. */
const TELLING = [
  /** Somebody ended it on purpose, and said why: out of memory, evicted, preempted. */
  "killed",
  /** It ended by itself, or by a signal of its own. */
  "exited",
  /** It cannot begin: no image, no configuration, a volume that is none. */
  "held",
  "unschedulable",
  /** It was told to end, as all are where one failed. */
  "stopped",
  /** It is about to begin. */
  "creating",
  /** It ended before, and runs again. */
  "before",
] as const;

/** One thing that a pod shows of itself. */
export interface Finding {
  readonly pod: Pod;
  readonly tells: (typeof TELLING)[number];
  /** Milliseconds. */
  readonly at?: number | undefined;
  readonly container?: string;
  readonly ended?: Terminated;
  /** Which log it has; none where it never ran. */
  readonly log?: "current" | "previous";
  readonly reason?: string | null | undefined;
  readonly message?: string | null | undefined;
}

/** What tells most of a job, in what its pods show: of equals the first in time, and in order. */
export function mostTelling(pods: readonly Pod[]): Finding | undefined {
  const rank = ({ tells }: Finding) => TELLING.indexOf(tells);
  const [first] = pods
    .flatMap(findingsOf)
    .toSorted(
      (a, b) => rank(a) - rank(b) || (a.at ?? Number.POSITIVE_INFINITY) - (b.at ?? Number.POSITIVE_INFINITY) || 0,
    );
  return first;
}

function findingsOf(pod: Pod): readonly Finding[] {
  const { initContainerStatuses, containerStatuses } = pod.status;
  const ended = [...initContainerStatuses, ...containerStatuses].flatMap((container) => ofContainer(pod, container));
  return [...ofPod(pod, ended), ...ended];
}

/** What Kubernetes says of a whole pod; of its containers the first that ended then has the log. */
function ofPod(pod: Pod, ended: readonly Finding[]): readonly Finding[] {
  const { phase, reason, message, conditions } = pod.status;
  const conditionOf = (wanted: string, so: string) =>
    conditions.find(({ type, status }) => type === wanted && status === so);
  const disrupted = conditionOf("DisruptionTarget", "True");
  const why = phase === "Failed" && reason ? { reason, message } : disrupted;
  if (why) {
    const first = ended.find(({ tells }) => tells !== "before");
    const at = first?.at ?? disrupted?.lastTransitionTime;
    return [{ ...first, pod, tells: "killed", at, reason: why.reason, message: why.message }];
  }
  const unscheduled = conditionOf("PodScheduled", "False");
  return unscheduled ? [{ pod, tells: "unschedulable", reason: unscheduled.reason, message: unscheduled.message }] : [];
}

function ofContainer(pod: Pod, { name: container, state, lastState }: Container): readonly Finding[] {
  const { waiting, running, terminated } = state ?? {};
  const last = lastState?.terminated;
  const its = { pod, container };
  if (terminated) return hasFailed(terminated) ? [{ ...its, ...ofEnd(pod, terminated), log: "current" }] : [];
  if (last && hasFailed(last)) {
    const end = { ...its, ...ofEnd(pod, last), log: "previous" } as const;
    if (running) return [{ ...end, tells: "before" }];
    // It crashes again and again: that is the reason, unless there is a better one.
    return [end.tells === "killed" ? end : { ...end, reason: waiting?.reason ?? end.reason }];
  }
  return waiting?.reason ? [{ ...its, ...ofWaiting(waiting) }] : [];
}

function ofWaiting({ reason, message }: Waiting): Pick<Finding, "tells" | "reason" | "message"> {
  const tells = reason === "ContainerCreating" || reason === "PodInitializing" ? "creating" : "held";
  return { tells, reason, message };
}

function hasFailed({ exitCode, signal, reason }: Terminated): boolean {
  return exitCode !== 0 || Boolean(signal) || reason === "OOMKilled";
}

const SIGKILL = 137;
const SIGTERM = 143;

function ofEnd({ metadata }: Pod, ended: Terminated): Pick<Finding, "tells" | "at" | "ended" | "reason"> {
  const { exitCode, reason, finishedAt } = ended;
  // What is being deleted is told to end, and ended where it does not.
  const isStopped = exitCode === SIGTERM || (exitCode === SIGKILL && Boolean(metadata.deletionTimestamp));
  const tells = reason === "OOMKilled" ? "killed" : isStopped ? "stopped" : "exited";
  return { tells, at: finishedAt, ended, reason };
}

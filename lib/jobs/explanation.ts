/** Why a job failed, or waits, as its pods and the cluster's events told when it was noticed: pods go away. */
export interface Explanation {
  /** The pod that tells it. */
  readonly pod?: string;
  /** Its place in the job: `Worker 1`. */
  readonly replica?: string;
  readonly container?: string;
  readonly exitCode?: number;
  /** `SIGKILL`, where a signal ended the container. */
  readonly signal?: string;
  /** In Kubernetes' words: `OOMKilled`, `Evicted`, `ImagePullBackOff`, `CrashLoopBackOff`, `Unschedulable`, … */
  readonly reason?: string;
  readonly message?: string;
  /** The end of the container's log, at most 20 lines, secrets masked. */
  readonly log?: readonly string[];
  /** The last warnings about the pod or the job, the newest last. */
  readonly warnings?: readonly Warning[];
}

/** An event of type Warning, as the cluster wrote it. */
export interface Warning {
  readonly reason: string;
  readonly message: string;
  /** How often, where more than once. */
  readonly count?: number;
}

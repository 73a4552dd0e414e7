/** Whole seconds since 1970-01-01T00:00:00Z. Kubernetes writes condition times with a resolution of one second. */
export type Seconds = number;

/** The group, version, kind and plural of one sort of job, as in `/apis/{group}/{version}/namespaces/{ns}/{plural}`. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
}

/** What the conditions of a job can witness, in the words that people read. */
export const STEP_TYPES = ["Created", "Running", "Restarting", "Suspended", "Resumed", "Succeeded", "Failed"] as const;
export type StepType = (typeof STEP_TYPES)[number];

/** A step that one version of a job shows: it happened at `at`, whether or not anybody saw it then. */
export interface Step {
  readonly type: StepType;
  readonly at: Seconds;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /**
   * Set where the condition that witnesses the step is not the step's own, so that its time may lie a second
   * before the one that was said: such a step is news only when it is later than what is remembered.
   */
  readonly inferred?: true;
}

/** Pods of one replica type. `desired` is what the spec asks for, absent where the spec does not say. */
export interface ReplicaCount {
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly desired?: number;
}

export type Replicas = Readonly<Record<string, ReplicaCount>>;
export type Labels = Readonly<Record<string, string>>;

/** One version of one job, reduced to what Jobbell reads. */
export interface Snapshot {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Opaque: equal or different, never older or newer. */
  readonly resourceVersion: string;
  readonly labels: Labels;
  /** Those that the watch asks for, and no others. */
  readonly annotations: Labels;
  readonly replicas: Replicas;
  /** Pods that failed and were replaced, where the kind counts them and has no step for a restart. */
  readonly retries?: number;
  /** When it was created, where it shows no step yet. */
  readonly createdAt?: Seconds;
  /** When the job's controller started (or resumed) it, by the controller's own clock. */
  readonly startedAt: Seconds | undefined;
  /** Everything that this version still shows, in the order in which it happened. */
  readonly steps: readonly Step[];
}

/** What is remembered of a job between two looks at it. */
export interface Memory {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Labels;
  readonly annotations?: Labels;
  readonly replicas: Replicas;
  readonly startedAt: Seconds | undefined;
  /** For each step that was seen, the latest time at which it happened. */
  readonly seen: Readonly<Partial<Record<StepType, Seconds>>>;
  /** The step that came last: the phase of the job, and since when. */
  readonly last: { readonly type: StepType; readonly at: Seconds } | undefined;
  /** What rules over time remember; absent where no rule means the job. */
  readonly rules?: RuleMemory;
}

/** What rules over time remember of a job. */
export interface RuleMemory {
  /** Alarms that were raised and are not over, by the type of their rule. `since` is what the rule counts from, `silent`: nobody was told. */
  readonly raised?: Readonly<
    Partial<Record<RuleType, { readonly at: Seconds; readonly since: Seconds; readonly silent?: true }>>
  >;
  /** When the run began, where it was restarted since. */
  readonly runningSince?: Seconds;
  /** When a job was created that has not shown a step yet. */
  readonly createdAt?: Seconds;
  /** The last restarts, the oldest first: no more than the rule needs. */
  readonly restarts?: readonly Seconds[];
  /** Of kinds that count pods: how many had failed. */
  readonly retries?: number;
}

/** What can be asked of a job over time. */
export const RULE_TYPES = ["pendingFor", "runningFor", "suspendedFor", "restarts"] as const;
export type RuleType = (typeof RULE_TYPES)[number];

/** A finished job changes no more: its deletion is no news. */
export function isFinished(memory: Memory): boolean {
  return memory.seen.Succeeded !== undefined || memory.seen.Failed !== undefined;
}

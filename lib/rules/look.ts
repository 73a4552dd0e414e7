import type { Memory, RuleMemory, Seconds, Snapshot, Step } from "#jobs/job";

/** One look at a job, or at what is remembered of it. */
export interface Look {
  /** What was remembered; nothing, where the job is new. */
  readonly before: Memory | undefined;
  /** The steps that were not remembered, in their order. */
  readonly steps: readonly Pick<Step, "type" | "at">[];
  /** What is remembered now, but for what rules remember. */
  readonly after: Memory;
  /** What only rules ask of a version; absent where none was looked at. */
  readonly noted?: Pick<Snapshot, "retries" | "createdAt">;
  readonly now: Seconds;
  /** Up to when all that happened to the job is known: nothing that comes due later is raised, or over, by time alone. */
  readonly asOf: Seconds;
  /** Nobody is told of what is raised: it was so before anybody looked. */
  readonly silent?: true;
  /** The pods that failed may have done so long ago: nobody looked. */
  readonly unwatched?: true;
  /** The job is not looked at any more: nothing is raised. */
  readonly left?: true;
}

/** How what a rule counts went since the look before, and how it stands. */
export interface Course {
  /** When it was over, if it was so at the look before and was over since. */
  readonly endedAt: Seconds | undefined;
  /** What it counts from, and when that crosses the limit; absent where it is not so now. */
  readonly crossing: Crossing | undefined;
  /** When it will be over by time alone. */
  readonly endsAt: Seconds | undefined;
  /** What the next look needs to know. */
  readonly kept: Omit<RuleMemory, "raised">;
}

export interface Crossing {
  readonly since: Seconds;
  readonly at: Seconds;
  /** How many restarts there were then. */
  readonly restarts?: number;
}

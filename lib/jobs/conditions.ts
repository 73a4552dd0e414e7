import type { Seconds, Step, StepType } from "./job.ts";

/** One entry of `status.conditions`. Its reason and message are for people: they vary by version and kind. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  /** lastTransitionTime; where a server leaves it out, the best that the object offers. */
  readonly at: Seconds;
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

/** Created comes first whatever the clocks say (creationTimestamp is the API server's, conditions the controller's); an end comes last. */
const RANK: Readonly<Partial<Record<StepType, number>>> = { Created: 0, Succeeded: 2, Failed: 2 };
const rank = (step: Step) => RANK[step.type] ?? 1;

/** Steps in the order in which they happened. Times have one-second resolution: equal ones keep the order of the array. */
export function inOrder(steps: readonly Step[]): readonly Step[] {
  return steps.toSorted((a, b) => rank(a) - rank(b) || a.at - b.at);
}

/** A condition as the step of that name. */
export function stepOf(type: StepType, { at, reason, message }: Condition): Step {
  return { type, at, reason, message };
}

/**
 * The end of a job, if it has one. Succeeded and Failed can both be True, even with the same time (the chief
 * succeeded, a worker failed): Failed decides.
 */
export function endOf(succeeded: Condition | undefined, failed: Condition | undefined): readonly Step[] {
  if (failed) return [stepOf("Failed", failed)];
  return succeeded ? [stepOf("Succeeded", succeeded)] : [];
}

/** The condition of that type and status. */
export function find(conditions: readonly Condition[], type: string, status: "True" | "False"): Condition | undefined {
  return conditions.find((condition) => condition.type === type && condition.status === status);
}

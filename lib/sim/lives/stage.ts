import type { KubeObject } from "../objects.ts";

/** A stretch of a job's life. */
export type Stage =
  | "create"
  | "create-suspended"
  | "run"
  | "restart" // a worker failed
  | "restart-primary" // the chief, master or launcher failed
  | "suspend"
  | "resume"
  | "succeed"
  | "fail"
  | "delete";

/** Writes the next version into a job. `at` is the controller's time, RFC 3339 in whole seconds. */
export type Change = (job: KubeObject, at: string) => void;

/** One version in a job's life: what changes, and how many milliseconds after the version before. */
export interface Moment {
  readonly afterMs: number;
  readonly change: Change | "delete";
}

export type Stages = Readonly<Record<Exclude<Stage, "delete">, readonly Moment[]>>;

export function moment(afterMs: number, change: Change): Moment {
  return { afterMs, change };
}

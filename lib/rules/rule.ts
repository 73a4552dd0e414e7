import type { RuleType } from "#jobs/job";
import type { Match } from "#jobs/match";

/** What must not last, or not happen too often. Of the rules of one type the first that means a job is the one that counts. */
export type Rule = { readonly match?: Match; readonly exclude?: readonly Match[] } & Limit;

export type Limit = Duration | Restarts;

/** What must not last for so long. */
export interface Duration {
  readonly type: Exclude<RuleType, "restarts">;
  readonly seconds: number;
}

/** No more restarts than that within that time. */
export interface Restarts {
  readonly type: "restarts";
  readonly moreThan: number;
  readonly withinSeconds: number;
}

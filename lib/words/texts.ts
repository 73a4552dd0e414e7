import type { EventType } from "#jobs/event";
import type { Explanation } from "#jobs/explanation";
import type { ReplicaCount, RuleType } from "#jobs/job";

/** Lengths of time: a day, an hour, a minute, a second. */
export type Unit = "d" | "h" | "min" | "s";

/** What stands before a value. */
export type Label =
  | "name"
  | "namespace"
  | "cluster"
  | "kind"
  | "ranFor"
  | "startTook"
  | "sinceStart"
  | "before"
  | "state"
  | "replicas"
  | "uid"
  | "time"
  | "reason"
  | "message"
  | "cause"
  | "rule"
  | "labels"
  | "warnings"
  | "log"
  | "links";

/** How often, or for how long, what a rule counts was so; and its limit, where that says more. All in words. */
export interface Found {
  readonly length: string;
  readonly limit: string;
  /** Whether it lasts longer than the limit by what a person would notice. */
  readonly isOver: boolean;
  readonly restarts: number;
  readonly moreThan: number;
}

/** What ended or holds up a job: `who` is a pod in words. */
export type Blame = Pick<Explanation, "exitCode" | "signal" | "reason" | "message"> & { readonly who: string };

/** All that Jobbell says to people, in one language. A language that misses a text does not compile. */
export interface Texts {
  readonly states: Readonly<Record<EventType, string>>;
  readonly runningAgain: string;
  readonly labels: Readonly<Record<Label, string>>;
  readonly units: Readonly<Record<Unit, string>>;
  /** Between what stands before and its value; between the parts of a list; between larger parts; after a sentence. */
  readonly marks: { readonly colon: string; readonly comma: string; readonly semicolon: string; readonly stop: string };
  readonly brackets: (text: string) => string;
  /** A length behind the label of a fact, in one line: `ran for 2 h`. */
  readonly timing: (label: string, length: string) => string;
  /** `Running for 2 h`. */
  readonly lasted: (state: string, length: string) => string;
  readonly replicas: (type: string, counts: readonly string[]) => string;
  readonly count: Readonly<Record<Exclude<keyof ReplicaCount, "desired">, (count: string) => string>>;
  /** What a rule found, as it stands within a sentence. */
  readonly found: Readonly<Record<RuleType, (found: Found) => string>>;
  /** What is over: a state, and how long it lasted. */
  readonly over: (state: string, length: string) => string;
  readonly pod: (replica: string | undefined, pod: string | undefined) => string;
  readonly cause: (blame: Blame) => string;
  readonly logOf: (where: string) => string;
  readonly events: (events: number, jobs: number) => string;
  readonly tally: (count: number, state: string) => string;
  readonly moreNamespaces: (count: number) => string;
  readonly more: (count: number) => string;
  readonly hint: (digest: string) => string;
  /** Between a date and a time. */
  readonly at: string;
  /** The parts of a date: `month` is 1 to 12. */
  readonly date: (style: "short" | "long", year: number, month: number, day: number) => string;
}

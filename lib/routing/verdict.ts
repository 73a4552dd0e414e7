/** What decided: a route, the job's own list of events, its wish to be muted, a silence, or that no route names the receiver. */
export type Cause = "route" | "notify" | "muted" | "silenced" | "unrouted";

/** Whether a receiver hears of an event, and why. */
export interface Verdict {
  /** Its name; with `/#channel`, or a slash and a channel's id, behind it where the job names another channel. */
  readonly receiver: string;
  readonly told: boolean;
  readonly code: Cause;
  /** For people: one line of at most 200 characters. */
  readonly because: string;
}

/** Who hears of an event. */
export interface Decision {
  /** Of each receiver that something names, once, in the order in which it is named. */
  readonly verdicts: readonly Verdict[];
  /** Why nothing names any, in one line of at most 200 characters. */
  readonly because?: string;
}

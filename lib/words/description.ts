import type { EventType } from "#jobs/event";
import { oneLine } from "#text/clean";

/** An event in the words that people read, free of control characters and not yet escaped for any medium. */
export interface Description {
  readonly emoji: string;
  /** What happened to which job: `Failed: mnist`. */
  readonly headline: string;
  /** The job's. */
  readonly name: Fact;
  /** Whether somebody may have to do something: then why is read before where. */
  readonly isTrouble: boolean;
  /** Why, in one line: what a rule found, the cause, or the condition's reason. */
  readonly lead: string | undefined;
  /** What else is known of why, in one line or more. */
  readonly body: string | undefined;
  /** The condition's reason in one line, and its message, which may have more. */
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** What pods and events tell, in one line. */
  readonly cause: string | undefined;
  /** What a rule found, in one line. */
  readonly finding: string | undefined;
  /** Where, how long and how many, as label and value, the most telling first. */
  readonly facts: readonly Fact[];
  /** How long, as it stands in a sentence: `ran for 2 h 4 min`. */
  readonly timing: string | undefined;
  /** What the cluster warned of, a line each, the newest last. */
  readonly warnings: readonly string[];
  readonly log: Log | undefined;
  readonly links: readonly Link[];
  /** Words of somebody's own, in place of all that is said of why and where. Empty: nothing is. */
  readonly text: string | undefined;
}

export type Fact = readonly [label: string, value: string];

/** The end of a container's log. */
export interface Log {
  /** Whose it is. */
  readonly title: string;
  /** What lines are indented by stays. At least one. */
  readonly lines: readonly string[];
}

/** A place on the web that the configuration names, with nothing in the address that could end it in any medium. */
export interface Link {
  readonly title: string;
  readonly url: string;
}

/** Many events in the words that people read, free of control characters and not yet escaped for any medium. */
export interface DigestDescription {
  readonly emoji: string;
  /** How many there are: `37 events of 24 jobs`. */
  readonly headline: string;
  /** Of all that happened what matters most. */
  readonly gravest: EventType;
  /** Namespace and what happened there, the fullest first: `ml (prod)`, `12 Failed, 3 Succeeded`. At most ten. */
  readonly counts: readonly Fact[];
  /** The first events, those that matter most before others: `❌ Failed: mnist (ml, prod)`. At most ten. */
  readonly first: readonly string[];
  /** How many events are not among the first. */
  readonly more: number;
  /** The same in words: `… and 27 more`; absent where there are none. */
  readonly rest: string | undefined;
  /** Where to find all of them. */
  readonly hint: string;
}

/** The facts below a headline of which `max` characters are shown: with the job's name, where it is not among those. */
export function factsBelow({ headline, name, facts }: Description, max: number): readonly Fact[] {
  return name[1] === "" || headline.slice(0, max).includes(name[1]) ? facts : [name, ...facts];
}

/** Why, in one line, for where it is but a remark; empty where nothing is known. */
export function remarkOf({ lead, body }: Pick<Description, "lead" | "body">): string {
  return [lead, body && oneLine(body)].filter((part) => part !== undefined).join(": ");
}

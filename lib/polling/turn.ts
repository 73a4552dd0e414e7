import type { Cluster } from "#cluster/cluster";
import type { JobEvent } from "#jobs/event";
import type { Decision } from "#routing/decide";
import type { Cursor, Millis, Store } from "#store/store";
import type { WriteServices } from "./advance.ts";
import type { Agenda } from "./agenda.ts";
import type { Digests } from "./digests.ts";
import type { Hold } from "./hold.ts";
import type { Pause } from "./read-jobs.ts";
import type { Watch } from "./watch.ts";

/** What polling needs from outside. */
export interface PollServices {
  readonly store: Store;
  readonly now: () => Millis;
  readonly pause: Pause;
  /** Told of each event, and of who hears of it, once it is remembered, and its deliveries queued, for good. */
  readonly onEvent: (event: JobEvent, decision: Decision) => void;
  /** Told, perhaps again and again, what this account would have to be allowed for a watch to say more. */
  readonly onAdvice?: (watch: Watch, advice: string) => void;
}

export interface TickServices extends PollServices, WriteServices {}

/** How far a watch was read, compared and written. */
export interface Position {
  readonly resourceVersion: string;
  /** What the rows agree with; `undefined` where that is not known. */
  readonly digests: Digests | undefined;
}

/** One watch of a scope that is held, and what is remembered of it. */
export interface Turn {
  readonly services: TickServices;
  readonly cluster: Cluster;
  readonly watch: Watch;
  readonly hold: Hold;
  /** Absent before the first complete list. */
  readonly cursor: Cursor | undefined;
  /** What the rows agree with; `undefined` where that is not known. */
  readonly known: Digests | undefined;
  /** The rows were not written by the rules that there are now: each job is to be judged by them once. */
  readonly areRulesNew: boolean;
  readonly agenda: Agenda;
  /** Told how far changes were written, so that a holder that dies leaves little to repeat. */
  readonly onProgress: (position: Position) => void;
  readonly signal: AbortSignal;
}

/** What was read, and what came of it. */
export interface Found {
  /** Objects of a list, or changes. */
  readonly objects: number;
  readonly events: number;
  /** Of objects that could not be read: `ml/mnist: status.conditions: expected array`. */
  readonly unreadable: readonly string[];
}

export function sumOf(found: readonly Found[]): Found {
  return {
    objects: found.reduce((sum, { objects }) => sum + objects, 0),
    events: found.reduce((sum, { events }) => sum + events, 0),
    unreadable: [...new Set(found.flatMap(({ unreadable }) => unreadable))],
  };
}

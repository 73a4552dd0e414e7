import { EVENT_TYPES, type EventType } from "#jobs/event";
import type { Match } from "#jobs/match";

/** Which events of which jobs go to which receivers. */
export interface Route {
  /** What reasons call it; where absent, its number. */
  readonly name?: string;
  readonly on: readonly EventType[];
  /** The jobs that take it; all where absent. */
  readonly match?: Match;
  /** Jobs that do not: those that one of these means. */
  readonly exclude?: readonly Match[];
  /** Names of receivers; none: what takes this route is told to nobody. */
  readonly receivers: readonly string[];
  /** Whether an event that takes it goes on to the routes after it. */
  readonly continue?: true;
}

/** Which annotations of a job are honoured, and how far. */
export interface Honoured {
  /** Receivers that hear, of a job that carries `jobbell.dev/notify`, the events that it lists and no others. */
  readonly notify?: readonly string[];
  /** Channels that `jobbell.dev/channel` may name, as patterns, and the receivers that can post there. */
  readonly channel?: { readonly patterns: readonly string[]; readonly receivers: readonly string[] };
  /** `jobbell.dev/mute: "true"`: nobody hears of the job. */
  readonly mute?: true;
}

/** Every event of every job to these receivers. */
export function everythingTo(receivers: readonly string[]): Route {
  return { on: EVENT_TYPES, receivers };
}

import type { EventType } from "#jobs/event";
import type { Match } from "#jobs/match";

/** Until when nobody, or none of these receivers, hears of some events. */
export interface Silence {
  /** `sil_…` */
  readonly id: string;
  /** Which events; all where absent. */
  readonly on?: readonly EventType[];
  /** Of which jobs. Annotations are not asked for: not every watch reads them. */
  readonly match: Omit<Match, "annotations">;
  /** Names of receivers, or patterns of them; all where absent. */
  readonly receivers?: readonly string[];
  readonly author: string;
  readonly comment: string;
  /** Milliseconds since 1970-01-01T00:00:00Z: it holds from `startsAt` until before `endsAt`. */
  readonly startsAt: number;
  readonly endsAt: number;
}

import { diff } from "#jobs/diff";
import { type EventType, eventOf, type JobEvent } from "#jobs/event";
import type { Seconds, Snapshot } from "#jobs/job";
import type { Watch } from "#polling/watch";
import { type Decision, decide, type Verdict } from "#routing/decide";
import { minuteOf } from "#routing/reason";
import type { Silence } from "#routing/silence";

/** What would be told of a job, and to whom. */
export interface Planned {
  readonly watch: Watch;
  readonly event: JobEvent;
  readonly decision: Decision;
  /** After how long, in milliseconds, if nothing happens until then; absent where it is so now. */
  readonly inMs?: number;
  /** The rule over time that raises it. */
  readonly rule?: string;
}

/** What a plan is made by: what holds now, and who is left alone until when. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly silences: readonly Silence[];
  /** The end of a receiver's quiet hours, where they are at a moment. */
  readonly quietUntil: (receiver: string, at: number) => number | undefined;
}

/** What is told of an event of a watch now. */
export function plannedEvent(watch: Watch, event: JobEvent, { silences, now, quietUntil }: Moment): Planned {
  const { verdicts, ...decision } = decide(event, watch, silences, now);
  const held = (verdict: Verdict) => {
    const until = verdict.told ? quietUntil(verdict.receiver, now) : undefined;
    if (until === undefined) return verdict;
    return { ...verdict, because: `${verdict.because}; held by quiet hours until ${minuteOf(until)}` };
  };
  return { watch, event, decision: { ...decision, verdicts: verdicts.map(held) } };
}

/** The last thing that happened to a job, as an event. A job without any, in whose status nothing stands yet, has none. */
export function lastEvent(watch: Watch, snapshot: Snapshot): JobEvent | undefined {
  const last = diff(undefined, snapshot).at(-1);
  return last && eventOf(originOf(watch), last);
}

/** An event that did not happen. */
export function imaginedEvent(watch: Watch, type: EventType, snapshot: Snapshot, at: Seconds): JobEvent {
  const created = {
    type: "Created",
    at,
    reason: undefined,
    message: undefined,
    previous: undefined,
    job: snapshot,
  } as const;
  return { ...eventOf(originOf(watch), created), event: type };
}

function originOf({ cluster, kind: { resource } }: Watch) {
  return { cluster, resource };
}

import { remember } from "#jobs/diff";
import { ALARMS, eventOf, type JobEvent } from "#jobs/event";
import type { Seconds, Snapshot } from "#jobs/job";
import type { Watch } from "#polling/watch";
import { judge } from "#rules/judge";
import { limitsOf } from "#rules/limits";
import type { Limit } from "#rules/rule";
import { duration } from "#words/words";

/** What a rule over time would raise of a job, if nothing happens until then; or has raised, if `at` is past. */
export interface Upcoming {
  readonly event: JobEvent;
  readonly at: Seconds;
  /** `runningFor 2 h`, `restarts more than 3 within 1 h` */
  readonly rule: string;
}

/** What the rules of a watch make of a job, as if it were looked at for the first time. */
export function upcoming(watch: Watch, snapshot: Snapshot, now: Seconds): readonly Upcoming[] {
  const { cluster, kind, rules = [] } = watch;
  const limits = limitsOf(rules, { cluster, kind: kind.resource.kind, ...snapshot });
  return limits.flatMap((limit) => {
    const at = crossingOf(limit, snapshot, now);
    return at === undefined ? [] : [{ event: eventAt(watch, limit, snapshot, at), at, rule: inWords(limit) }];
  });
}

function crossingOf(limit: Limit, snapshot: Snapshot, now: Seconds): Seconds | undefined {
  const look = { before: undefined, steps: snapshot.steps, after: remember(undefined, snapshot), noted: snapshot };
  const { alarms, dueAt } = judge([limit], { ...look, now, asOf: now });
  return alarms[0]?.at ?? dueAt;
}

function eventAt({ cluster, kind: { resource } }: Watch, limit: Limit, job: Snapshot, at: Seconds): JobEvent {
  const happening = { type: ALARMS[limit.type], at, reason: undefined, message: undefined, previous: undefined, job };
  return eventOf({ cluster, resource }, happening);
}

function inWords(limit: Limit): string {
  if (limit.type !== "restarts") return `${limit.type} ${duration(limit.seconds)}`;
  return `restarts more than ${limit.moreThan} within ${duration(limit.withinSeconds)}`;
}

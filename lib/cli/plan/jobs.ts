import type { Snapshot } from "#jobs/job";
import { matches } from "#jobs/namespaces";
import { complaintOf, type Seen } from "#polling/read-object";
import type { Watch } from "#polling/watch";
import { counted } from "../terminal-reporter.ts";
import { upcoming } from "./alarms.ts";
import type { Plan, PlanInput } from "./input.ts";
import { lastEvent, type Planned, plannedEvent } from "./planned.ts";

/** A job of a watch, as it was read. */
export interface Found {
  readonly watch: Watch;
  readonly seen: Seen;
}

/** Who would hear of the last thing that happened to each of these jobs. */
export function plansOf(input: PlanInput, found: readonly Found[]): Plan {
  const { name, limit } = input.options;
  const unreadable = found.flatMap(({ seen }) => (seen.type === "unreadable" ? [`left out ${complaintOf(seen)}`] : []));
  const wanted = found.flatMap(({ watch, seen }) => {
    if (seen.type !== "job" || (name !== undefined && !matches(name, seen.snapshot.name))) return [];
    const event = lastEvent(watch, seen.snapshot);
    // Of a job in whose status nothing stands yet there is nothing to tell.
    return event === undefined ? [] : [{ watch, event, snapshot: seen.snapshot }];
  });
  const shown = wanted.slice(0, limit);
  const more = wanted.length - shown.length;
  return {
    planned: shown.flatMap(({ watch, event, snapshot }) => [
      plannedEvent(watch, event, input),
      ...plannedAlarms(watch, snapshot, input),
    ]),
    jobs: shown.length,
    remarks: [
      ...unreadable,
      ...(more === 0 ? [] : [`there are ${counted(more, "more job")}: raise --limit, or ask for -n or --name`]),
    ],
  };
}

/** What its rules would raise, and who would hear of it then. */
function plannedAlarms(watch: Watch, snapshot: Snapshot, input: PlanInput): readonly Planned[] {
  const now = Math.floor(input.now / 1000);
  return upcoming(watch, snapshot, now).map(({ event, at, rule }) => {
    const inMs = at * 1000 - input.now;
    const then = plannedEvent(watch, event, { ...input, now: Math.max(input.now, at * 1000) });
    return { ...then, rule, ...(inMs > 0 && { inMs }) };
  });
}

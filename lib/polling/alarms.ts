import type { Transition } from "#jobs/diff";
import type { Happening } from "#jobs/event";
import type { Memory, Seconds } from "#jobs/job";
import { type Alarm, type Judged, judge } from "#rules/judge";
import { limitsOf } from "#rules/limits";
import type { Advance } from "#store/store";
import { type Change, placeOf } from "./compare.ts";
import type { Watch } from "./watch.ts";

/** What a change comes to, with what rules over time make of it. */
export interface Weighed {
  readonly after: Advance["after"];
  /** In the order in which it happened. */
  readonly happenings: readonly Happening[];
}

/** When a change is looked at, in seconds, and up to when all that happened to the job is known. */
export interface Times {
  readonly now: Seconds;
  readonly asOf: Seconds;
}

/** Adds to a change what the rules of its watch find. */
export function weigh(watch: Watch, change: Change, times: Times): Weighed {
  const { after, transitions } = change;
  if (after === undefined) return { after, happenings: transitions };
  const { rules: _, ...memory } = after.memory;
  const { alarms, rules, dueAt } = judgeChange(watch, change, memory, times);
  return {
    after: { ...after, memory: rules === undefined ? memory : { ...memory, rules }, ...optional(dueAt) },
    happenings: merged(transitions, alarms, { key: change.key, memory, known: knownOf(change, memory)?.last }),
  };
}

/** What a row without a rule is to look like, too: so a rule that was taken away leaves nothing behind. */
function judgeChange(watch: Watch, change: Change, memory: Memory, times: Times): Judged {
  const { rules = [], cluster, kind } = watch;
  const { key, before, transitions, noted, first, after } = change;
  const own = transitions.filter(({ job }) => job.uid === memory.uid);
  const isGone = own.some(({ type }) => type === "Vanished");
  if (rules.length === 0 || isGone) return { alarms: [], rules: undefined, dueAt: undefined };
  const limits = limitsOf(rules, { cluster, kind: kind.resource.kind, ...placeOf(key), ...memory });
  const isUnwatched = first !== undefined || before?.left !== undefined;
  return judge(limits, {
    before: knownOf(change, memory),
    steps: own.flatMap(({ type, at }) => (type === "Vanished" ? [] : [{ type, at }])),
    after: memory,
    ...times,
    ...(noted && { noted }),
    ...(first === "silent" && { silent: true }),
    ...(isUnwatched && { unwatched: true }),
    ...(after?.left && { left: true }),
  });
}

/** Nothing, where the name is another job's now. */
function knownOf({ before }: Change, { uid }: Memory): Memory | undefined {
  return before?.memory.uid === uid ? before.memory : undefined;
}

interface Course {
  readonly key: string;
  readonly memory: Memory;
  /** The last step before these. */
  readonly known: Memory["last"];
}

/** Each alarm behind the last step of its job that is not later: two clocks may order steps in their own way. */
function merged(transitions: readonly Transition[], alarms: readonly Alarm[], course: Course): readonly Happening[] {
  if (alarms.length === 0) return transitions;
  const places = alarms.map(({ at }) =>
    transitions.findLastIndex(({ job, ...step }) => job.uid === course.memory.uid && step.at <= at),
  );
  const behind = (place: number) =>
    alarms.filter((_, index) => places[index] === place).map((alarm) => happeningOf(alarm, transitions[place], course));
  return [...behind(-1), ...transitions.flatMap((transition, place) => [transition, ...behind(place)])];
}

function happeningOf(alarm: Alarm, step: Transition | undefined, { key, memory, known }: Course): Happening {
  const { annotations = {} } = memory;
  const previous = step === undefined || step.type === "Vanished" ? known : { type: step.type, at: step.at };
  const job = { ...memory, annotations, ...placeOf(key) };
  return { ...alarm, reason: undefined, message: undefined, previous, job };
}

function optional(dueAt: Seconds | undefined) {
  return dueAt === undefined ? {} : { dueAt: dueAt * 1000 };
}

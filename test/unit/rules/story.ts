import { diff, remember } from "#jobs/diff";
import type { Memory, RuleMemory, Seconds, Snapshot } from "#jobs/job";
import { type Alarm, type Judged, judge } from "#rules/judge";
import type { Look } from "#rules/look";
import type { Limit } from "#rules/rule";
import { snapshot, T0 } from "../jobs/objects.ts";

/** One look: when, in seconds of the tables, and what the job shows then: `Created@0 Running@3`; without that time alone has passed. */
export interface Seen extends Partial<Pick<Look, "silent" | "unwatched" | "left">> {
  readonly now: Seconds;
  /** Up to when everything is known; absent: up to now. */
  readonly asOf?: Seconds;
  readonly shows?: string;
  readonly noted?: Pick<Snapshot, "retries" | "createdAt">;
  /** Where the rules are others by now. */
  readonly limits?: readonly Limit[];
}

/** What comes of a story. */
interface Told {
  /** `Stalled@900 since 0`, over all looks. */
  readonly words: readonly string[];
  readonly alarms: readonly Alarm[];
  /** After the last look, in seconds of the tables. */
  readonly dueAt: Seconds | undefined;
  readonly rules: RuleMemory | undefined;
}

/** Looks at one job again and again, with these rules. */
export function story(limits: readonly Limit[], looks: readonly Seen[]): Told {
  let memory: Memory | undefined;
  let judged: Judged = { alarms: [], rules: undefined, dueAt: undefined };
  const alarms: Alarm[] = [];
  for (const { now, asOf = now, shows, limits: own = limits, ...rest } of looks) {
    const seen = shows === undefined ? undefined : snapshot(shows);
    const steps = seen === undefined || rest.silent ? [] : diff(memory, seen);
    const { rules: _, ...after } = seen === undefined ? must(memory) : remember(memory, seen);
    const times = { now: T0 + now, asOf: T0 + asOf };
    judged = judge(own, { before: memory, steps: steps.flatMap(stepOf), after, ...times, ...rest });
    alarms.push(...judged.alarms);
    memory = judged.rules === undefined ? after : { ...after, rules: judged.rules };
  }
  const { dueAt, rules } = judged;
  return { alarms, words: alarms.map(wordsOf), dueAt: dueAt === undefined ? undefined : dueAt - T0, rules };
}

function stepOf({ type, at }: ReturnType<typeof diff>[number]) {
  return type === "Vanished" ? [] : [{ type, at }];
}

function must(memory: Memory | undefined): Memory {
  if (memory === undefined) throw new Error("time passes for a job that nobody has seen");
  return memory;
}

export function wordsOf({ type, at, rule }: Alarm): string {
  return `${type}@${at - T0} since ${rule.since - T0}`;
}

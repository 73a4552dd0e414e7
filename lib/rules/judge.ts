import { ALARMS, type AlarmType, type Finding } from "#jobs/event";
import { isFinished, type RuleMemory, type RuleType, type Seconds } from "#jobs/job";
import type { Course, Crossing, Look } from "./look.ts";
import { restartsOf } from "./restarts.ts";
import type { Limit } from "./rule.ts";
import { spellOf } from "./spell.ts";

/** What is to be told of what a rule found. */
export interface Alarm {
  readonly type: AlarmType | "Recovered";
  readonly at: Seconds;
  readonly rule: Finding;
}

/** What rules make of a look at a job. */
export interface Judged {
  /** In the order in which it happened. */
  readonly alarms: readonly Alarm[];
  /** What to remember; absent where that is nothing. */
  readonly rules: RuleMemory | undefined;
  /** When to look again, if nothing is heard of the job before. By `asOf` only where that is not up to now. */
  readonly dueAt: Seconds | undefined;
}

type Raised = NonNullable<NonNullable<RuleMemory["raised"]>[RuleType]>;

/** What one rule makes of it. */
interface Ruling {
  readonly alarms: readonly Alarm[];
  readonly raised?: Raised;
  readonly dueAt?: Seconds | undefined;
}

const NOTHING: Judged = { alarms: [], rules: undefined, dueAt: undefined };

/**
 * What these limits, one of each type at most, make of a look at a job. A crossing is raised once, and only if it is not
 * over when it is first noticed. A job that failed says so itself: what was raised is then forgotten without a word.
 */
export function judge(limits: readonly Limit[], look: Look): Judged {
  const { after } = look;
  if (after.seen.Failed !== undefined) return NOTHING;
  const raised: Partial<Record<RuleType, Raised>> = {};
  const kept: Omit<RuleMemory, "raised">[] = [];
  const alarms: Alarm[] = [];
  const dues: Seconds[] = [];
  for (const limit of limits) {
    const course = limit.type === "restarts" ? restartsOf(limit, look) : spellOf(limit, look);
    const ruling = rule(limit, course, look);
    alarms.push(...ruling.alarms);
    kept.push(course.kept);
    if (ruling.raised !== undefined) raised[limit.type] = ruling.raised;
    if (ruling.dueAt !== undefined) dues.push(ruling.dueAt);
  }
  alarms.sort((a, b) => a.at - b.at);
  if (isFinished(after)) return { ...NOTHING, alarms };
  const rules: RuleMemory = Object.assign(Object.keys(raised).length > 0 ? { raised } : {}, ...kept);
  return {
    alarms,
    rules: Object.keys(rules).length > 0 ? rules : undefined,
    dueAt: earliest(...dues),
  };
}

function rule(limit: Limit, course: Course, look: Look): Ruling {
  const { before, after, asOf, left } = look;
  const known = before?.rules?.raised?.[limit.type];
  const endedAt = earliest(course.endedAt, after.seen.Succeeded);
  const over = known === undefined || endedAt === undefined ? [] : recovered(limit, known, endedAt);
  const { crossing, endsAt } = course;
  if (crossing === undefined || isFinished(after)) return { alarms: over };
  if (known !== undefined && endedAt === undefined)
    return { alarms: over, raised: known, dueAt: left ? undefined : endsAt };
  if (left) return { alarms: over };
  if (crossing.at > asOf) return { alarms: over, dueAt: crossing.at };
  const { raised, news } = raise(limit, crossing, look);
  return { alarms: [...over, ...news], raised, dueAt: endsAt };
}

function raise(limit: Limit, { since, at, restarts }: Crossing, { silent }: Look) {
  const raised: Raised = { at, since, ...(silent && { silent }) };
  const found = { ...findingOf(limit, since), ...(restarts !== undefined && { restarts }) };
  const news: readonly Alarm[] = silent ? [] : [{ type: ALARMS[limit.type], at, rule: found }];
  return { raised, news };
}

/** What nobody was told of is over without a word. A step may turn out later to have been taken before the crossing. */
function recovered(limit: Limit, raised: Raised, endedAt: Seconds): readonly Alarm[] {
  const at = Math.max(endedAt, raised.at);
  return raised.silent ? [] : [{ type: "Recovered", at, rule: findingOf(limit, raised.at) }];
}

function findingOf(limit: Limit, since: Seconds): Finding {
  if (limit.type !== "restarts") return { type: limit.type, since, seconds: limit.seconds };
  const { type, withinSeconds, moreThan } = limit;
  return { type, since, seconds: withinSeconds, moreThan };
}

function earliest(...times: readonly (Seconds | undefined)[]): Seconds | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

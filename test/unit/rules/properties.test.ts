import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diff, remember } from "#jobs/diff";
import { eventId } from "#jobs/event";
import { isFinished, type Memory, type Seconds, type Snapshot, type Step } from "#jobs/job";
import { type Alarm, judge } from "#rules/judge";
import type { Duration, Limit, Restarts } from "#rules/rule";
import { T0 } from "../jobs/objects.ts";
import { life } from "../jobs/operator.ts";
import { wordsOf } from "./story.ts";

/** Longer than a life, and what its last alarm takes. */
const END = 30;

const seconds = fc.integer({ min: 1, max: 4 });
const limits = fc.record({
  pendingFor: seconds,
  suspendedFor: seconds,
  runningFor: seconds,
  restarts: fc.record({ moreThan: fc.integer({ min: 1, max: 2 }), withinSeconds: fc.integer({ min: 2, max: 12 }) }),
});

/** Ticks, of which some know nothing of the time that has passed. */
const ticks = fc
  .uniqueArray(fc.record({ at: fc.nat(END - 1), isLate: fc.boolean() }), {
    selector: ({ at }) => at,
    minLength: 5,
    maxLength: 25,
  })
  .map((all) => all.toSorted((a, b) => a.at - b.at));

function limitsFrom({ restarts, ...durations }: typeof limits extends fc.Arbitrary<infer T> ? T : never) {
  const all: readonly Limit[] = [
    ...Object.entries(durations).map(([type, each]) => ({ type: type as Duration["type"], seconds: each })),
    { type: "restarts", ...restarts },
  ];
  return all;
}

/** The version that the API shows then. */
function shownAt(versions: readonly Snapshot[], second: number): Snapshot | undefined {
  const bornAt = ({ steps }: Snapshot) => Math.max(T0, ...steps.map(({ at }) => at));
  return versions.findLast((version) => bornAt(version) <= T0 + second);
}

/** Looks as a poller does: at a job that has changed, and at one that is due. */
function poll(versions: readonly Snapshot[], own: readonly Limit[], times: readonly { at: number; isLate: boolean }[]) {
  const told: Alarm[] = [];
  let memory: Memory | undefined;
  let dueAt: Seconds | undefined;

  function look(shown: Snapshot, asOf: Seconds): void {
    const isNew = memory?.resourceVersion !== shown.resourceVersion;
    if (!isNew && (dueAt ?? Number.POSITIVE_INFINITY) > asOf) return;
    const { rules: _, ...after } = remember(memory, shown);
    const steps = diff(memory, shown).flatMap(stepOf);
    const judged = judge(own, { before: memory, steps, after, noted: shown, now: asOf, asOf });
    told.push(...judged.alarms);
    memory = judged.rules === undefined ? after : { ...after, rules: judged.rules };
    dueAt = judged.dueAt;
    if (asOf > 0) expect(dueAt ?? Number.POSITIVE_INFINITY).toBeGreaterThan(asOf);
  }

  for (const { at, isLate } of times) {
    const shown = shownAt(versions, at);
    if (shown !== undefined && isLate) look(shown, 0);
    if (shown !== undefined) look(shown, T0 + at);
  }
  return told;
}

function stepOf({ type, at }: ReturnType<typeof diff>[number]) {
  return type === "Vanished" ? [] : [{ type, at }];
}

/** Something that a rule counts, from its beginning to its end. */
interface Spell {
  readonly since: Seconds;
  readonly crossedAt: Seconds;
  readonly endedAt: Seconds | undefined;
}

/** What was known at one tick: all steps that were ever seen. */
interface Known {
  readonly at: Seconds;
  readonly steps: readonly Pick<Step, "type" | "at">[];
}

function knownAt(versions: readonly Snapshot[], times: readonly { at: number }[]): readonly Known[] {
  let memory: Memory | undefined;
  let steps: readonly Pick<Step, "type" | "at">[] = [];
  return times.flatMap(({ at }) => {
    const shown = shownAt(versions, at);
    if (shown === undefined) return [];
    steps = [...steps, ...diff(memory, shown).flatMap(stepOf)];
    memory = remember(memory, shown);
    return [{ at: T0 + at, steps }];
  });
}

const BEGINS: Readonly<Record<Duration["type"], readonly string[]>> = {
  pendingFor: ["Created", "Resumed", "Restarting"],
  suspendedFor: ["Suspended"],
  runningFor: ["Running"],
};

/** Found anew from all that was known, second by second or step by step: in no way that the code takes. */
function spellsOf(limit: Limit, { steps, at }: Known): readonly Spell[] {
  return limit.type === "restarts" ? flaps(limit, steps, at) : states(limit, steps);
}

function states({ type, seconds: length }: Duration, all: Known["steps"]): readonly Spell[] {
  const goesOn = (step: Known["steps"][number]) =>
    type === "runningFor" && (step.type === "Running" || step.type === "Restarting");
  const spells: Spell[] = [];
  for (let from = 0; from < all.length; from += 1) {
    const first = all[from]!;
    if (!BEGINS[type].includes(first.type)) continue;
    const end = all.findIndex((step, index) => index > from && !goesOn(step));
    spells.push({ since: first.at, crossedAt: first.at + length, endedAt: all[end]?.at });
    from = end < 0 ? all.length : end - 1;
  }
  return spells;
}

function flaps({ moreThan, withinSeconds }: Restarts, steps: Known["steps"], until: Seconds): readonly Spell[] {
  const restarts = steps.filter(({ type }) => type === "Restarting").map(({ at }) => at);
  const counted = (at: Seconds) => restarts.filter((each) => each <= at && each > at - withinSeconds);
  const doneAt = steps.find(({ type }) => type === "Succeeded")?.at ?? Number.POSITIVE_INFINITY;
  const spells: Spell[] = [];
  for (let at = T0; at <= until; at += 1) {
    const isOver = counted(at).length <= moreThan || at >= doneAt;
    const open = spells.at(-1)?.endedAt === undefined ? spells.at(-1) : undefined;
    if (open === undefined && !isOver) spells.push({ since: counted(at)[0]!, crossedAt: at, endedAt: undefined });
    if (open !== undefined && isOver) spells[spells.length - 1] = { ...open, endedAt: at };
  }
  return spells;
}

/** What should be told: a crossing that some tick found to be so, and its end unless the job had failed. */
function expected(own: readonly Limit[], known: readonly Known[]): readonly string[] {
  return own.flatMap((limit) => {
    const crossings = new Set(known.flatMap((each) => spellsOf(limit, each).map(({ crossedAt }) => crossedAt)));
    return [...crossings].flatMap((crossedAt) => toldOf(limit, crossedAt, known));
  });
}

const NAMES = { pendingFor: "Stalled", suspendedFor: "Stalled", runningFor: "Overdue", restarts: "Flapping" } as const;

function toldOf(limit: Limit, crossedAt: Seconds, known: readonly Known[]): readonly string[] {
  const spellAt = (each: Known) => spellsOf(limit, each).find((spell) => spell.crossedAt === crossedAt);
  const ended = (each: Known, type: string) => each.steps.some((step) => step.type === type);
  const raisedAt = known.findIndex(
    (each) =>
      spellAt(each)?.endedAt === undefined &&
      spellAt(each) !== undefined &&
      each.at >= crossedAt &&
      !ended(each, "Succeeded") &&
      !ended(each, "Failed"),
  );
  if (raisedAt < 0) return [];
  const { since } = spellAt(known[raisedAt]!)!;
  const raised = `${NAMES[limit.type]}@${crossedAt - T0} since ${since - T0}`;
  const over = known.slice(raisedAt).find((each) => ended(each, "Failed") || spellAt(each)?.endedAt !== undefined);
  if (over === undefined || ended(over, "Failed")) return [raised];
  const endedAt = Math.max(crossedAt, spellAt(over)!.endedAt!);
  return [raised, `Recovered@${endedAt - T0} since ${crossedAt - T0}`];
}

const lives = life({ minGap: 1, skew: false });

describe("whatever course a job takes, and whenever it is looked at,", () => {
  test("each crossing that is so at some tick is told once, and once that it is over, unless the job failed", () => {
    let [raised, recovered] = [0, 0];
    fc.assert(
      fc.property(lives, limits, ticks, ({ versions }, some, times) => {
        const own = limitsFrom(some);
        const told = poll(versions, own, times).map(wordsOf);
        expect(told.toSorted()).toEqual(expected(own, knownAt(versions, times)).toSorted());
        raised += told.filter((word) => !word.startsWith("Recovered")).length;
        recovered += told.filter((word) => word.startsWith("Recovered")).length;
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(raised, recovered)).toBeGreaterThan(500);
  });

  test("no two of them have one id", () => {
    fc.assert(
      fc.property(lives, limits, ticks, ({ versions }, some, times) => {
        const told = poll(versions, limitsFrom(some), times);
        const ids = told.map(({ type, at, rule }) => eventId("prod", "uid-1", type, at, rule.type));
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  test("their ids do not depend on when it was looked at, where each version was seen", () => {
    const second = (at: number) => ({ at, isLate: false });
    const dense = Array.from({ length: END * 2 }, (_, at) => second(at));
    fc.assert(
      fc.property(lives, limits, fc.nat(END), ({ versions }, some, gap) => {
        const own = limitsFrom(some);
        const all = new Set(poll(versions, own, dense).map(wordsOf));
        const births = versions.map(({ steps }) => Math.max(T0, ...steps.map(({ at }) => at)) - T0);
        const sparse = [...new Set([...births, ...births.map((at) => at + gap), END * 2])].sort((a, b) => a - b);
        for (const word of poll(versions, own, sparse.map(second)).map(wordsOf)) expect(all).toContain(word);
      }),
    );
  });

  test("a job that has ended has nothing that is due", () => {
    fc.assert(
      fc.property(lives, limits, ({ versions }, some) => {
        const last = versions.at(-1)!;
        const memory = remember(undefined, last);
        const look = { before: undefined, steps: diff(undefined, last).flatMap(stepOf), after: memory };
        const { dueAt, rules } = judge(limitsFrom(some), { ...look, now: T0 + END, asOf: T0 + END });
        if (isFinished(memory)) expect([dueAt, rules]).toEqual([undefined, undefined]);
      }),
    );
  });
});

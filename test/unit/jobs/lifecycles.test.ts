import { describe, expect, it } from "vitest";
import { diff, remember, vanish } from "#jobs/diff";
import { isFinished, type Memory, type Snapshot } from "#jobs/job";
import { LIFECYCLES, versionsOf } from "../../support/lifecycles.ts";

/**
 * What each recorded life is to say, reviewed by hand against the recordings: `step@second` as in the recorded times
 * (minutes are left out), and the numbers of the versions that show the step. A poller that sees any of those versions
 * must say it; one that sees none of them cannot know.
 */
const LIVES: Record<string, readonly (readonly [step: string, shownBy: string])[]> = {
  "job-success": [
    ["Created@10", "0-4"],
    ["Running@10", "2 4"], // ready in 2; in 4 the Job is complete and a pod of it has succeeded
    ["Succeeded@15", "4"], // 3 shows only the herald SuccessCriteriaMet
  ],
  "job-fail": [
    ["Created@17", "0-4"],
    ["Running@17", "2"], // a pod that failed need not have run: the end alone does not show it
    ["Failed@21", "4"], // 3 shows only the herald FailureTarget
  ],
  "job-suspend": [
    ["Created@47", "0-7"],
    ["Suspended@47", "1 2"],
    ["Resumed@48", "3-5"],
    ["Running@48", "4 5"],
    ["Suspended@49", "6 7"],
  ],
  "pt-success": [
    ["Created@17", "1-6"],
    ["Running@19", "2-6"],
    ["Succeeded@20", "5 6"],
  ],
  "pt-never-fail": [
    ["Created@22", "1-5"],
    ["Running@23", "2-5"],
    ["Failed@24", "5"],
  ],
  "pt-onfailure-restart": [
    ["Created@26", "1-12"],
    ["Running@27", "2-4"],
    ["Restarting@28", "5"],
    ["Running@28", "6 7"],
    ["Restarting@31", "8 9"],
    ["Running@33", "10-12"],
    ["Succeeded@34", "11 12"],
  ],
  "tf-chief-success": [
    ["Created@06", "1-5"],
    ["Running@07", "2-5"],
    ["Succeeded@08", "4 5"],
  ],
  "tf-never-fail": [
    ["Created@17", "1-5"],
    ["Running@18", "2-5"],
    ["Failed@19", "5"],
  ],
  "tf-suspend-resume": [
    ["Created@37", "1-15"],
    ["Suspended@37", "1 2"],
    ["Resumed@38", "3-7"],
    ["Running@39", "4-7"],
    ["Suspended@40", "8-10"], // 10 no longer has Suspended=True, but Running=False since 40 with a reason …Suspended
    ["Resumed@41", "10-15"],
    ["Running@42", "11-15"],
    ["Succeeded@44", "14 15"],
  ],
};

const numbers = (text: string): readonly number[] =>
  text.split(" ").flatMap((part) => {
    const [from = Number.NaN, to = from] = part.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });

const named = ({ type, at }: { type: string; at: number }) => `${type}@${String(at % 60).padStart(2, "0")}`;

/** Walks every subset of versions, sharing what subsets have in common, and hands over what was said in each. */
function walk(
  versions: readonly Snapshot[],
  visit: (seen: readonly number[], said: readonly string[], memory: Memory | undefined) => void,
) {
  const step = (index: number, seen: readonly number[], said: readonly string[], memory: Memory | undefined) => {
    const version = versions[index];
    if (version === undefined) return visit(seen, said, memory);
    step(index + 1, seen, said, memory);
    step(index + 1, [...seen, index], [...said, ...diff(memory, version).map(named)], remember(memory, version));
  };
  step(0, [], [], undefined);
}

describe("every recorded life", () => {
  it("has a reviewed table", () => {
    expect(Object.keys(LIVES).sort()).toEqual([...LIFECYCLES].sort());
  });

  it.each(Object.entries(LIVES))(
    "says what any subset of the versions of %s shows, in order, and nothing twice",
    (name, life) => {
      const shown = life.map(([step, shownBy]) => ({ step, shownBy: new Set(numbers(shownBy)) }));
      let wrong: unknown;
      let subsets = 0;
      walk(versionsOf(name), (seen, said) => {
        subsets += 1;
        const expected = shown
          .filter(({ shownBy }) => seen.some((version) => shownBy.has(version)))
          .map(({ step }) => step);
        if (said.join() !== expected.join()) wrong ??= { seen, said, expected };
      });
      expect(wrong).toBeUndefined();
      expect(subsets).toBe(2 ** versionsOf(name).length);
    },
  );

  it.each(LIFECYCLES)("ends in Vanished exactly where what was seen of %s had no end", (name) => {
    let wrong: unknown;
    walk(versionsOf(name), (seen, said, memory) => {
      if (memory === undefined) return;
      const ended = said.some((step) => /Succeeded|Failed/.test(step));
      const gone = vanish(memory, { namespace: "ml", name: "job" }, 0).map(({ type }) => type);
      if (isFinished(memory) !== ended || gone.join() !== (ended ? "" : "Vanished")) wrong ??= { seen, said, gone };
    });
    expect(wrong).toBeUndefined();
  });
});

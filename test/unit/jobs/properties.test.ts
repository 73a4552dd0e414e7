import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diff, remember } from "#jobs/diff";
import { eventId } from "#jobs/event";
import { isFinished, type Memory, type Snapshot } from "#jobs/job";
import { words } from "./objects.ts";
import { life, readVersion } from "./operator.ts";

/** A life, and which of its versions a poller saw: the last one in any case. */
const seenLife = (options: Parameters<typeof life>[0]) =>
  life(options).chain((whole) =>
    fc.subarray([...whole.versions.keys()].slice(0, -1)).map((indexes) => ({
      ...whole,
      seen: [...indexes.map((index) => whole.versions[index]!), whole.versions.at(-1)!],
    })),
  );

const ANY = { minGap: 0, skew: true };
const DISTINCT = { minGap: 1, skew: false };

function poll(versions: readonly Snapshot[]) {
  let memory: Memory | undefined;
  const said = versions.flatMap((version) => {
    const news = diff(memory, version);
    memory = remember(memory, version);
    return news;
  });
  return { said, memory: memory! };
}

describe("whatever course a job takes, and whichever versions are seen,", () => {
  test("a version that was seen says nothing when it is seen again", () => {
    fc.assert(
      fc.property(seenLife(ANY), ({ seen }) => {
        const { memory } = poll(seen);
        const last = seen.at(-1)!;
        expect(diff(memory, last)).toEqual([]);
        expect(remember(memory, last)).toEqual(memory);
      }),
    );
  });

  test("nothing is said twice", () => {
    fc.assert(
      fc.property(seenLife(ANY), ({ seen }) => {
        const ids = poll(seen).said.map(({ type, at }) => eventId("prod", "uid-1", type, at));
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  test("no step is said more often than it was taken", () => {
    const MOVES = { run: "Running", restart: "Restarting", suspend: "Suspended", resume: "Resumed" } as const;
    fc.assert(
      fc.property(seenLife(ANY), ({ seen, moves }) => {
        const { said } = poll(seen);
        for (const [move, type] of Object.entries(MOVES)) {
          const taken = moves.filter((each) => each === move).length;
          expect(said.filter((step) => step.type === type).length, type).toBeLessThanOrEqual(taken);
        }
      }),
    );
  });

  test("everything that was shown is said, and in the order of its times", () => {
    fc.assert(
      fc.property(seenLife(DISTINCT), ({ seen }) => {
        const shown = seen.flatMap(({ steps }) => steps);
        const { said } = poll(seen);
        const spoken = words(said).split(" ");
        // What is inferred may be older than what is known: the trace of a suspension outlives the next one.
        const certain = shown.filter(({ inferred }) => !inferred);
        expect(spoken).toEqual(expect.arrayContaining(words(certain).split(" ")));
        expect(words(shown).split(" ")).toEqual(expect.arrayContaining(spoken));
        expect(said.map(({ at }) => at)).toEqual(said.map(({ at }) => at).toSorted((a, b) => a - b));
      }),
    );
  });

  test("who saw less arrives at the same memory in the end", () => {
    fc.assert(
      fc.property(seenLife(DISTINCT), ({ seen, versions }) => {
        const [{ memory: some }, { memory: all }] = [poll(seen), poll(versions)];
        const { seen: someTimes, ...rest } = some;
        const { seen: allTimes, ...expected } = all;
        expect(rest).toEqual(expected);
        // A step that the last version no longer shows may be unknown, or known from an earlier time only.
        for (const { type } of seen.flatMap(({ steps }) => steps)) {
          expect(someTimes[type]).toBeLessThanOrEqual(allTimes[type]!);
        }
        const certain = versions.at(-1)!.steps.filter(({ inferred }) => !inferred);
        for (const { type } of certain) expect(someTimes[type]).toBe(allTimes[type]);
      }),
    );
  });

  test("it is finished when its last version shows an end", () => {
    fc.assert(
      fc.property(seenLife(ANY), ({ seen, moves }) => {
        const ended = moves.some((move) => ["succeed", "fail"].includes(move));
        expect(isFinished(poll(seen).memory)).toBe(ended);
      }),
    );
  });

  test("each step knows the one that was said before it", () => {
    fc.assert(
      fc.property(seenLife(ANY), ({ seen }) => {
        const { said, memory } = poll(seen);
        said.forEach(({ previous }, index) => {
          const before = said[index - 1];
          expect(previous).toEqual(before && { type: before.type, at: before.at });
        });
        const last = said.at(-1);
        expect(memory.last).toEqual(last && { type: last.type, at: last.at });
      }),
    );
  });

  test("the order of its conditions does not matter while their times differ", () => {
    const shuffled = life(DISTINCT).chain(({ conditions }) =>
      fc.tuple(
        fc.constant(conditions),
        fc.shuffledSubarray([...conditions], { minLength: conditions.length, maxLength: conditions.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([conditions, moved]) => {
        expect(readVersion(moved, 1)).toEqual(readVersion(conditions, 1));
      }),
    );
  });
});

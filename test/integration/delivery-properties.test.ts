import fc from "fast-check";
import { expect, test } from "vitest";
import { type Answer, World } from "../unit/delivery/world.ts";

const RECEIVERS = ["chat", "hook"] as const;

const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.constantFrom<Answer>("take", "take slowly", "take and hang", "lose", "hang", "fail", "refuse"),
  fc.record({ throttle: fc.integer({ min: 0, max: 60 }) }),
);

const scripts = fc.record({ chat: fc.array(answer, { maxLength: 12 }), hook: fc.array(answer, { maxLength: 12 }) });

const name = fc.constantFrom(...RECEIVERS);
const seconds = fc.integer({ min: 0, max: 40 });

/** Something that happens to the world. */
const happening: fc.Arbitrary<(world: World) => Promise<void>> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(name, fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 3 })).map(
      ([receiver, uid, count]) =>
        async (world: World) =>
          world.queue(receiver, uid, count),
    ),
  },
  { weight: 5, arbitrary: seconds.map((passed) => async (world: World) => world.pass(passed * 1_000)) },
  {
    weight: 2,
    arbitrary: fc.tuple(name, fc.boolean()).map(
      ([receiver, down]) =>
        async (world: World) =>
          world.setDown(receiver, down),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 2_000, 20_000).map((grace) => async (world: World) => world.restart(grace)),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(8), fc.boolean()).map(
      ([calls, done]) =>
        async (world: World) =>
          world.die(calls, done),
    ),
  },
);

test("whatever receivers answer and whenever processes die, every event is delivered or given up, in order, and twice only when an answer was lost", async () => {
  await fc.assert(
    fc.asyncProperty(scripts, fc.array(happening, { minLength: 5, maxLength: 30 }), async (answers, happenings) => {
      const world = new World(answers);
      for (const happens of happenings) await happens(world);
      await world.finish();
      expect(world.wrong).toEqual([]);
    }),
    { numRuns: 150 },
  );
});

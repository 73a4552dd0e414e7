import fc from "fast-check";
import { expect, test } from "vitest";
import { type Answer, type Character, World } from "../unit/delivery/world.ts";

/** A webhook, a service with a pace, a chat that remembers, and two chats that share a channel; of people's three events a minute are too many. */
const CHARACTERS = {
  hook: { gapMs: 0 },
  pager: { gapMs: 500 },
  bot: { gapMs: 1_000, above: 3, remembers: true },
  chat: { gapMs: 1_000, above: 3, lane: "#ml" },
  ops: { gapMs: 1_000, above: 3, lane: "#ml" },
} as const satisfies Record<string, Omit<Character, "answers">>;

type Name = keyof typeof CHARACTERS;
type Happening = (world: World) => Promise<void> | void;

const NAMES = Object.keys(CHARACTERS) as Name[];
const OTHERS = NAMES.filter((each) => each !== "hook");

const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.constantFrom<Answer>("take", "take slowly", "take and hang", "lose", "hang", "fail", "refuse"),
  fc.record({ throttle: fc.integer({ min: 0, max: 60 }) }),
);
const answers = fc.array(answer, { maxLength: 8 });
const moods = fc.record({ hook: answers, pager: answers, bot: answers, chat: answers, ops: answers });

const uid = fc.constantFrom("a", "b", "c");
const process = fc.constantFrom(0, 1);
const seconds = fc.integer({ min: 1, max: 40 });

/** Mostly one to three events of a job; now and then a storm of many jobs. */
const news = (name: fc.Arbitrary<string>): fc.Arbitrary<Happening> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(name, uid, fc.integer({ min: 1, max: 3 })).map(
        ([receiver, job, count]) =>
          (world: World) =>
            world.queue(receiver, job, count),
      ),
    },
    {
      weight: 1,
      arbitrary: name.map((receiver) => async (world: World) => {
        for (const job of "abcdef") await world.queue(receiver, job, 1);
      }),
    },
  );

const outage = (name: fc.Arbitrary<string>): fc.Arbitrary<Happening> =>
  fc.tuple(name, fc.boolean()).map(
    ([receiver, down]) =>
      (world: World) =>
        world.setDown(receiver, down),
  );

const anyone = fc.constantFrom(...NAMES);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: news(anyone) },
  { weight: 5, arbitrary: seconds.map((passed) => (world: World) => world.pass(passed * 1_000)) },
  { weight: 2, arbitrary: outage(anyone) },
  {
    weight: 2,
    arbitrary: fc.tuple(process, anyone, uid).map(
      ([index, receiver, job]) =>
        (world: World) =>
          world.invoke(index, { uid: job, receiver }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(process, fc.integer({ min: 0, max: 8 }), fc.constantFrom(0, 2_000, 20_000))
      .map(([index, later, grace]) => async (world: World) => {
        // In the middle of what takes a while.
        await world.pass(later * 1_000);
        await world.restart(index, grace);
      }),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(process, fc.nat(12), fc.boolean()).map(
      ([index, calls, done]) =>
        (world: World) =>
          world.die(index, calls, done),
    ),
  },
);

function openWorld(script: Readonly<Record<Name, readonly Answer[]>>): World {
  const characters = NAMES.map((name) => [name, { ...CHARACTERS[name], answers: script[name] }]);
  return new World(Object.fromEntries(characters));
}

test("whatever receivers answer and whenever one of two processes dies, every event is delivered or given up, by itself or in a digest, in order, and twice only when an answer was lost; and every lane keeps its pace", async () => {
  await fc.assert(
    fc.asyncProperty(moods, fc.array(happening, { minLength: 5, maxLength: 30 }), async (script, happenings) => {
      const world = openWorld(script);
      for (const happens of happenings) await happens(world);
      await world.finish();
      expect(world.wrong).toEqual([]);
    }),
    { numRuns: 250 },
  );
});

/** Whatever troubles others have: `isQuiet` worlds leave the trouble out, and all else is the same. */
const step: fc.Arbitrary<(world: World, isQuiet: boolean) => Promise<void> | void> = fc.oneof(
  { weight: 4, arbitrary: news(anyone).map((happens) => (world: World) => happens(world)) },
  { weight: 4, arbitrary: seconds.map((passed) => (world: World) => world.pass(passed * 1_000, 1_000)) },
  {
    weight: 2,
    arbitrary: outage(fc.constantFrom(...OTHERS)).map((happens) => (world: World, isQuiet: boolean) => {
      if (!isQuiet) return happens(world);
    }),
  },
);

test("a lane that is paused, slow or down delays only itself", async () => {
  const arrivedAtHook = async (world: World, steps: readonly ((world: World) => Promise<void> | void)[]) => {
    for (const happens of steps) await happens(world);
    const arrivals = world.arrivals
      .filter(({ name }) => name.startsWith("hook "))
      .map(({ at, name }) => `${at}s ${name}`);
    await world.finish();
    return arrivals;
  };
  await fc.assert(
    fc.asyncProperty(moods, fc.array(step, { minLength: 5, maxLength: 15 }), async (script, steps) => {
      const calm = { ...script, pager: [], bot: [], chat: [], ops: [] };
      const quiet = steps.map((each) => (world: World) => each(world, true));
      const loud = steps.map((each) => (world: World) => each(world, false));
      expect(await arrivedAtHook(openWorld(script), loud)).toEqual(await arrivedAtHook(openWorld(calm), quiet));
    }),
    { numRuns: 30 },
  );
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import type { JobEvent } from "#jobs/event";
import { watchId } from "#polling/watch";
import { everythingTo } from "#routing/route";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Advance, Store } from "#store/store";
import { drain, rowOf } from "../support/store-steps.ts";
import { type TickCall, through } from "../support/store-through.ts";
import { change, create, openScene, pollOne, remove, type Scene, WATCH, wordsOf } from "../unit/polling/scene.ts";

const CREATED = "Created=True@1";
const RUNNING = "Created=True@1 Running=True@3";
const RESTARTED = "Created=True@1 Running=True@7";
const SUCCEEDED = "Created=True@1 Running=False@3 Succeeded=True@9";

class Crash extends Error {}

/** The store, until the `nth` call of a method: that one throws, before or after it was done, and so do all later ones. */
function crashing(store: Store, method: TickCall, nth: number, moment: "before" | "after"): Store {
  let calls = 0;
  let dead = false;
  const guarded = <A extends unknown[], T>(name: TickCall, call: (...args: A) => Promise<T>) => {
    return async (...args: A): Promise<T> => {
      if (name === method) calls += 1;
      const now = name === method && calls === nth;
      if (dead || (now && moment === "before")) {
        dead = true;
        throw new Crash(name);
      }
      const result = await call(...args);
      if (now) {
        dead = true;
        throw new Crash(name);
      }
      return result;
    };
  };
  return through(store, guarded);
}

/** Six jobs, and then everything that can happen to a job between two ticks. */
async function openBusyScene(): Promise<{ scene: Scene; expected: readonly string[] }> {
  const scene = await openScene();
  create(scene.server, {
    idle: RUNNING,
    missed: CREATED,
    moved: RUNNING,
    gone: RUNNING,
    reused: RUNNING,
    done: SUCCEEDED,
  });
  await scene.tick();
  create(scene.server, { young: RUNNING });
  change(scene.server, { missed: SUCCEEDED, moved: RESTARTED });
  remove(scene.server, "gone", "reused", "done");
  create(scene.server, { reused: RUNNING });
  const reused = ["chat reused Created@1", "chat reused Running@3", "chat reused Vanished"];
  const young = ["chat young Created@1", "chat young Running@3"];
  const missed = ["chat missed Running@3", "chat missed Succeeded@9"];
  return { scene, expected: ["chat gone Vanished", ...missed, "chat moved Running@7", ...reused, ...young] };
}

describe("a poller that dies", () => {
  const MOMENTS: readonly (readonly [TickCall, number, "before" | "after"])[] = [
    ["claimScope", 1, "after"],
    ["renewScope", 1, "before"],
    ["renewScope", 1, "after"],
    ["jobs", 1, "after"],
    ...[1, 2, 3, 4, 5, 6].flatMap((nth) => [["advance", nth, "before"] as const, ["advance", nth, "after"] as const]),
    ["finishScope", 1, "before"],
    ["finishScope", 1, "after"],
  ];

  test.each(MOMENTS)(
    "at %s, call %i, %s it was done, loses nothing and says nothing twice",
    async (method, nth, moment) => {
      const { scene, expected } = await openBusyScene();
      await expect(scene.tick({}, crashing(scene.store, method, nth, moment))).rejects.toThrow(Crash);
      const early = await scene.delivered();
      await scene.said();
      const late = await scene.delivered();
      expect([...early, ...late].toSorted()).toEqual(expected);
      expect(new Set(scene.events.map(({ id }) => id)).size).toBe(scene.events.length);
      expect(await scene.said()).toEqual([]);
      await scene[Symbol.asyncDispose]();
    },
  );

  test("again and again, at whichever write, loses nothing, says nothing twice, and keeps the order of each job", async () => {
    const crash = fc.record({
      nth: fc.integer({ min: 1, max: 6 }),
      moment: fc.constantFrom("before", "after"),
      deliversNext: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(crash, { maxLength: 4 }), async (crashes) => {
        const { scene, expected } = await openBusyScene();
        const said: string[] = [];
        for (const { nth, moment, deliversNext } of crashes) {
          // What is left to write may be less than that: then the poller lives.
          await scene.tick({}, crashing(scene.store, "advance", nth, moment)).catch((error: unknown) => {
            if (!(error instanceof Crash)) throw error;
          });
          if (deliversNext) said.push(...(await scene.delivered()));
        }
        await scene.said();
        said.push(...(await scene.delivered()));
        expect(said.toSorted()).toEqual(expected);
        const of = (name: string) => said.filter((each) => each.startsWith(`chat ${name} `));
        expect(of("young")).toEqual(["chat young Created@1", "chat young Running@3"]);
        expect(of("missed")).toEqual(["chat missed Running@3", "chat missed Succeeded@9"]);
        await scene[Symbol.asyncDispose]();
      }),
      { numRuns: 40 },
    );
  });

  test("in its first tick, after it remembered a job, hears of what that job does next", async () => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING });
    await expect(scene.tick({}, crashing(scene.store, "finishScope", 1, "before"))).rejects.toThrow(Crash);
    change(scene.server, { mnist: SUCCEEDED });
    create(scene.server, { other: RUNNING });
    expect(await scene.tick()).toMatchObject({ first: true });
    expect(scene.events.map(wordsOf)).toEqual(["mnist Succeeded@9"]);
  });

  test("in its first tick, after it announced a job, hears of its end", async () => {
    await using scene = await openScene({ watch: { firstTick: "announce" } });
    create(scene.server, { mnist: RUNNING });
    await expect(scene.tick({}, crashing(scene.store, "finishScope", 1, "before"))).rejects.toThrow(Crash);
    change(scene.server, { mnist: SUCCEEDED });
    create(scene.server, { other: RUNNING });
    await scene.tick();
    expect(scene.events.map(wordsOf)).toEqual(["mnist Running@3", "mnist Succeeded@9", "other Running@3"]);
  });

  test("keeps its watch for a minute, then it is anybody's", async () => {
    await using scene = await openScene();
    await expect(scene.tick({}, crashing(scene.store, "jobs", 1, "before"))).rejects.toThrow(Crash);
    const services = { store: scene.store, pause: async () => {}, onEvent: () => {} };
    const at = (ms: number) => pollOne({ ...services, now: () => scene.clock.now + ms }, scene.cluster);
    expect(await at(59_999)).toEqual({ state: "busy" });
    expect(await at(60_000)).toMatchObject({ state: "read" });
  });
});

describe("two pollers at once", () => {
  test("say everything once, whoever comes first", async () => {
    const folder = mkdtempSync(join(tmpdir(), "jobbell-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await using scene = await openScene();
    const stores = [sqliteStore(join(folder, "state.db")), sqliteStore(join(folder, "state.db"))] as const;
    const events: JobEvent[] = [];
    const answers = { advanced: 0, stale: 0 };
    // The one's clock is ahead: to it the other's lease has ended, so that both work.
    const tickOn = (store: Store, ahead: number) => {
      const advance = async (step: Advance) => {
        const answer = await store.advance(step);
        answers[answer] += 1;
        return answer;
      };
      const services = {
        store: { ...store, advance },
        pause: async () => {},
        onEvent: (event: JobEvent) => void events.push(event),
      };
      return pollOne({ ...services, now: () => scene.clock.now + ahead }, scene.cluster);
    };
    await tickOn(stores[0], 0);
    const expected: string[] = [];
    for (let round = 0; round < 40; round += 1) {
      scene.clock.now += 200_000;
      const name = `job-${round}`;
      create(scene.server, { [name]: RUNNING });
      expected.push(`${name} Created@1`, `${name} Running@3`);
      if (round % 2 === 1) {
        change(scene.server, { [`job-${round - 1}`]: SUCCEEDED });
        expected.push(`job-${round - 1} Succeeded@9`);
      }
      if (round % 3 === 2) {
        remove(scene.server, `job-${round - 2}`);
        if (round % 2 === 1) expected.push(`job-${round - 2} Vanished`);
      }
      const results = await Promise.all([tickOn(stores[0], 0), tickOn(stores[1], 61_000)]);
      // Who is late has lost its claim; whoever that is, all is said.
      expect(results.map(({ state }) => state)).toContain("read");
    }
    await tickOn(stores[0], 200_000);
    expect(events.map(wordsOf).toSorted()).toEqual(expected.toSorted());
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const delivered = await drain(stores[0], scene.clock.now + 300_000);
    expect(delivered.map(({ event }) => wordsOf(event)).toSorted()).toEqual(expected.toSorted());
    expect(answers.stale).toBeGreaterThan(10);
    await Promise.all(stores.map((store) => store.close()));
  });

  test("of which one lost the race for a job counts and says nothing of it", async () => {
    await using scene = await openScene();
    create(scene.server, { mnist: RUNNING, other: RUNNING });
    await scene.tick();
    change(scene.server, { mnist: SUCCEEDED, other: SUCCEEDED });
    const advance = async (step: Advance) => (step.key === "ml/mnist" ? "stale" : scene.store.advance(step));
    expect(await scene.tick({}, { ...scene.store, advance })).toMatchObject({ events: 1 });
    expect(scene.events.map(wordsOf)).toEqual(["other Succeeded@9"]);
    expect(await scene.said()).toEqual(["mnist Succeeded@9"]);
  });
});

describe("an event", () => {
  test("is said only when it is remembered and its deliveries are queued", async () => {
    await using scene = await openScene();
    await scene.tick();
    create(scene.server, { mnist: RUNNING });
    const order: string[] = [];
    const advance: Store["advance"] = async (step) => {
      const answer = await scene.store.advance(step);
      await new Promise((resolve) => setImmediate(resolve));
      order.push("written");
      return answer;
    };
    const onEvent = (event: JobEvent) => void order.push(wordsOf(event));
    scene.clock.now += 61_000;
    const services = { store: { ...scene.store, advance }, now: () => scene.clock.now, pause: async () => {}, onEvent };
    await pollOne(services, scene.cluster);
    expect(order).toEqual(["written", "mnist Created@1", "mnist Running@3"]);
  });

  test("goes to the receivers that the routes name, and is remembered where they name none", async () => {
    const routes = [
      { on: ["Failed", "Vanished"] as const, match: { labels: { tier: ["prod"] } }, receivers: ["pager", "chat"] },
      { ...everythingTo(["chat"]), on: ["Succeeded", "Failed"] as const },
    ];
    await using scene = await openScene({ watch: { routes } });
    await scene.tick();
    create(scene.server, { prod: "Created=True@1 Failed=True@2", gone: RUNNING }, { tier: "prod" });
    create(scene.server, { test: "Created=True@1 Failed=True@2", fine: SUCCEEDED }, { tier: "test" });
    expect(await scene.said()).toHaveLength(9);
    expect((await scene.delivered()).toSorted()).toEqual([
      ...["chat fine Succeeded@9", "chat prod Failed@2", "chat test Failed@2", "pager prod Failed@2"],
    ]);
    remove(scene.server, "gone");
    await scene.tick();
    expect((await scene.delivered()).toSorted()).toEqual(["chat gone Vanished", "pager gone Vanished"]);
    expect(await rowOf(scene.store, watchId(WATCH), "ml/fine")).toBeDefined();
  });

  test("is the event that is said, delivered and told of the job in the API", async () => {
    await using scene = await openScene();
    await scene.tick();
    create(scene.server, { mnist: CREATED }, { team: "vision" });
    await scene.tick();
    const [delivery] = await scene.store.due(scene.clock.now, 10);
    expect(delivery?.event).toEqual(scene.events[0]);
    const { uid } = scene.server.get(WATCH.kind.resource, "ml", "mnist")?.metadata ?? {};
    expect(scene.events).toMatchObject([
      {
        cluster: "prod",
        apiVersion: "kubeflow.org/v1",
        kind: "TFJob",
        namespace: "ml",
        name: "mnist",
        uid,
        labels: { team: "vision" },
      },
    ]);
  });
});

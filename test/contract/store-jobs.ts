import fc from "fast-check";
import { expect, test } from "vitest";
import { RULE_TYPES, type StepType } from "#jobs/job";
import { BUCKETS, bucketOf } from "#store/bucket";
import type { Advance } from "#store/store";
import { advance, DAY, event, ids, memory, NOW, rowOf, step, WATCH } from "../support/store-steps.ts";
import type { TwoStores } from "./store.ts";

const KEY = "ml/mnist";
const STEPS: readonly StepType[] = ["Created", "Running", "Restarting", "Suspended", "Resumed", "Succeeded", "Failed"];

const time = fc.integer({ min: 0, max: 4_000_000_000 });
const character = fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 });
const text = fc.string({
  unit: fc.oneof(fc.constantFrom("#", "/", "'", '"', "\\", "\u0001", "\n", "\u202e"), character),
});
const name = text.filter((each) => each !== "" && each !== "__proto__");
const count = fc.nat(100_000);
const replicaCount = fc.record(
  { active: count, succeeded: count, failed: count, desired: count },
  { requiredKeys: ["active", "succeeded", "failed"], noNullPrototype: true },
);
const options = { noNullPrototype: true, maxKeys: 5 };

const raised = fc.record(
  { at: time, since: time, silent: fc.constant(true as const) },
  { requiredKeys: ["at", "since"], noNullPrototype: true },
);
const rules = fc.record(
  {
    raised: fc.dictionary(fc.constantFrom(...RULE_TYPES), raised, options),
    runningSince: time,
    createdAt: time,
    restarts: fc.array(time, { maxLength: 100 }),
    retries: count,
  },
  { requiredKeys: [], noNullPrototype: true },
);
/** What is remembered only where somebody asks for it. */
const asked = fc.record({ annotations: fc.dictionary(name, text, options), rules }, { requiredKeys: [], ...options });

const anyMemory = fc.record(
  {
    uid: text,
    resourceVersion: text,
    labels: fc.dictionary(name, text, options),
    replicas: fc.dictionary(name, replicaCount, options),
    startedAt: fc.option(time, { nil: undefined }),
    seen: fc.dictionary(fc.constantFrom(...STEPS), time, options),
    last: fc.option(fc.record({ type: fc.constantFrom(...STEPS), at: time }, options), { nil: undefined }),
  },
  options,
);

/** What is remembered of jobs, and who may change it. */
export function jobsContract(stores: TwoStores, runs: number): void {
  test("a job is remembered as it was said", async () => {
    const [one, other] = await stores();
    expect(await one.advance(step())).toBe("advanced");
    expect([...(await other.jobs(WATCH))]).toEqual([[KEY, { key: KEY, version: NOW, memory: memory() }]]);
  });

  test("every memory comes back as it went in", async () => {
    const [store] = await stores();
    await fc.assert(
      fc.asyncProperty(anyMemory, asked, async (any, more) => {
        const whole = { ...any, ...more };
        await advance(store, { after: { memory: whole } });
        expect((await rowOf(store, WATCH, KEY))?.memory).toEqual(whole);
      }),
      { numRuns: runs },
    );
  });

  test("the jobs of a watch come by key, all of them, and no other watch's", async () => {
    const [store] = await stores();
    // 2 MB: more than DynamoDB puts on a page.
    const labels = { note: "x".repeat(50_000) };
    const keys = Array.from({ length: 40 }, (_, index) => `ml/job-${String(99 - index)}`);
    await Promise.all(
      keys.map((key, index) => advance(store, { key, after: { memory: memory({ labels }) }, now: NOW + index })),
    );
    await advance(store, { watch: `${WATCH}2`, key: "ml/other" });
    expect([...(await store.jobs(WATCH)).keys()]).toEqual(keys.toReversed());
    expect((await store.jobs("none")).size).toBe(0);
  });

  test("the jobs of some buckets are those of a watch whose keys are in them, by key", async () => {
    const [store] = await stores();
    const keys = Array.from({ length: 60 }, (_, index) => `ml/job-${String(59 - index)}`);
    await Promise.all([...keys, "ml/#", "#0#ml/job-1"].map((key) => advance(store, { key })));
    await advance(store, { watch: `${WATCH}2`, key: "ml/job-1" });
    const all = await store.jobs(WATCH);
    const inside = (buckets: readonly number[]) =>
      new Map([...all].filter(([each]) => buckets.includes(bucketOf(each))));
    for (const buckets of [[0], [15, 3], [...Array(BUCKETS).keys()], []]) {
      expect([...(await store.jobs(WATCH, buckets))]).toEqual([...inside(buckets)]);
    }
    expect((await store.jobs(WATCH, [3])).size).toBeGreaterThan(0);
  });

  test("of the jobs that are named those are found that are there, and no other watch's", async () => {
    const [store] = await stores();
    const keys = Array.from({ length: 130 }, (_, index) => `ml/job-${index}`);
    for (const key of keys) await advance(store, { key, after: { memory: memory({ resourceVersion: key }) } });
    await advance(store, { watch: `${WATCH}2`, key: "ml/other" });
    const some = ["ml/absent", "ml/other", ...keys.slice(20, 118)];
    const found = await store.jobsNamed(WATCH, some);
    expect(new Set(found.keys())).toEqual(new Set(keys.slice(20, 118)));
    for (const [key, row] of found) expect(row).toEqual(await rowOf(store, WATCH, key));
    expect((await store.jobsNamed(WATCH, [])).size).toBe(0);
  });

  test("a job that is named is not found when it is past its keep", async () => {
    const [store] = await stores();
    await store.advance(step({ after: { memory: memory(), left: true } }));
    expect((await store.jobsNamed(WATCH, [KEY])).get(KEY)).toMatchObject({ left: true });
    await store.sweep(NOW + 31 * DAY);
    expect((await store.jobs(WATCH)).size).toBe((await store.jobsNamed(WATCH, [KEY])).size);
  });

  test("a job is moved from the row that was read", async () => {
    const [store] = await stores();
    await store.advance(step());
    const before = await rowOf(store, WATCH, KEY);
    const after = { memory: memory({ resourceVersion: "2" }) };
    expect(await store.advance(step({ before, after, now: NOW + 10 }))).toBe("advanced");
    expect(await rowOf(store, WATCH, KEY)).toEqual({ key: KEY, version: NOW + 10, ...after });
  });

  test("a job that is forgotten is there no more", async () => {
    const [store] = await stores();
    await store.advance(step());
    expect(await advance(store, { after: undefined })).toBe("advanced");
    expect((await store.jobs(WATCH)).size).toBe(0);
  });

  test("a job that left the selector is marked until it comes back, and a sweep keeps it for 30 days", async () => {
    const [store] = await stores();
    await store.advance(step());
    await advance(store, { after: { memory: memory(), left: true } });
    await store.sweep(NOW + 30 * DAY - 1);
    expect(await rowOf(store, WATCH, KEY)).toMatchObject({ left: true, memory: memory() });
    await advance(store, { after: { memory: memory() } });
    expect(await rowOf(store, WATCH, KEY)).not.toHaveProperty("left");
    await store.sweep(NOW + 300 * DAY);
    expect((await store.jobs(WATCH)).size).toBe(1);
  });

  const deliveries = [{ receiver: "a", event: event("u1", 1) }];
  const changed = { memory: memory({ resourceVersion: "changed" }) };

  test.each<[string, Partial<Advance>]>([
    ["is new, where there is a row", { after: changed }],
    ["is new and forgotten, where there is a row", { after: undefined }],
  ])("stale: nothing is written for a job that %s", async (_, changes) => {
    const [store] = await stores();
    await store.advance(step());
    expect(await store.advance(step({ deliveries, ...changes }))).toBe("stale");
    expect((await rowOf(store, WATCH, KEY))?.memory).toEqual(memory());
    expect(await store.due(NOW, 10)).toEqual([]);
  });

  test.each<[string, Pick<Advance, "after">, Pick<Advance, "after">]>([
    ["moves a row that was moved", { after: { memory: memory({ uid: "winner" }) } }, { after: changed }],
    ["forgets a row that was moved", { after: { memory: memory({ uid: "winner" }) } }, { after: undefined }],
    ["moves a row that was forgotten", { after: undefined }, { after: changed }],
    ["forgets a row that was forgotten", { after: undefined }, { after: undefined }],
  ])("stale: nothing is written for a step that %s", async (_, winner, loser) => {
    const [one, other] = await stores();
    await one.advance(step());
    const before = await rowOf(other, WATCH, KEY);
    expect(await one.advance(step({ before, ...winner }))).toBe("advanced");
    const then = await one.jobs(WATCH);
    expect(await other.advance(step({ before, deliveries, ...loser }))).toBe("stale");
    expect(await one.jobs(WATCH)).toEqual(then);
    expect(await one.due(NOW, 10)).toEqual([]);
  });

  test("a job that was forgotten and came back is not taken for the old one", async () => {
    const [store] = await stores();
    await store.advance(step());
    const old = await rowOf(store, WATCH, KEY);
    await advance(store, { after: undefined, now: NOW + 1 });
    await store.advance(step({ after: { memory: memory({ uid: "new" }) }, now: NOW + 2 }));
    expect(await store.advance(step({ before: old, after: undefined, now: NOW + 3 }))).toBe("stale");
    expect((await rowOf(store, WATCH, KEY))?.memory.uid).toBe("new");
  });

  test("a step that remembers nothing still queues what it says", async () => {
    const [store] = await stores();
    expect(await store.advance(step({ after: undefined, deliveries }))).toBe("advanced");
    expect((await store.jobs(WATCH)).size).toBe(0);
    expect(ids(await store.due(NOW, 10))).toEqual(["evt_u1_1"]);
  });

  test("versions grow even where the clock goes back", async () => {
    const [store] = await stores();
    const versions: number[] = [];
    for (const now of [NOW, NOW - 5000, NOW - 10_000, NOW + 7, NOW + 7]) {
      await advance(store, { now });
      versions.push((await rowOf(store, WATCH, KEY))?.version ?? 0);
    }
    expect(versions).toEqual([NOW, NOW + 1, NOW + 2, NOW + 7, NOW + 8]);
  });
}

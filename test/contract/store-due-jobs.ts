import fc from "fast-check";
import { expect, test } from "vitest";
import type { JobRow, Store } from "#store/store";
import { advance, memory, NOW, rowOf, step, WATCH } from "../support/store-steps.ts";
import type { TwoStores } from "./store.ts";

const keysOf = (rows: readonly JobRow[]) => rows.map(({ key }) => key);

/** Jobs that are due at these times; `undefined`: at none. */
async function put(store: Store, jobs: Readonly<Record<string, number | undefined>>, watch = WATCH): Promise<void> {
  for (const [key, dueAt] of Object.entries(jobs)) {
    await advance(store, { watch, key, after: { memory: memory(), ...(dueAt !== undefined && { dueAt }) } });
  }
}

/** Jobs by the time at which a rule over time wants to look at them. */
export function dueJobsContract(stores: TwoStores, runs: number): void {
  test("jobs are due at their times, the longest waiting first, and no other watch's", async () => {
    const [one, other] = await stores();
    await put(one, { "ml/b": NOW - 1, "ml/a": NOW, "ml/c": NOW + 1, "ml/idle": undefined });
    await put(one, { "ml/other": NOW - 9 }, `${WATCH}2`);
    const due = await other.jobsDue(WATCH, NOW, 10);
    expect(keysOf(due.rows)).toEqual(["ml/b", "ml/a"]);
    expect(due.next).toBe(NOW + 1);
    expect(due.rows[0]).toEqual({ key: "ml/b", version: expect.any(Number), memory: memory(), dueAt: NOW - 1 });
    expect(due.rows).toEqual([await rowOf(one, WATCH, "ml/b"), await rowOf(one, WATCH, "ml/a")]);
  });

  test("nothing is due where nothing waits, or not yet", async () => {
    const [store] = await stores();
    expect(await store.jobsDue(WATCH, NOW, 10)).toEqual({ rows: [], next: undefined });
    await put(store, { "ml/a": undefined, "ml/b": NOW + 60_000 });
    expect(await store.jobsDue(WATCH, NOW, 10)).toEqual({ rows: [], next: NOW + 60_000 });
    expect((await store.jobsDue(WATCH, NOW + 60_000, 10)).next).toBeUndefined();
  });

  test("a row is due when it was last written to be, and is found with that", async () => {
    const [store] = await stores();
    await put(store, { "ml/a": NOW, "ml/b": NOW, "ml/c": NOW, "ml/d": NOW });
    await put(store, { "ml/a": NOW + 5, "ml/b": undefined });
    await advance(store, { key: "ml/c", after: undefined });
    await advance(store, { key: "ml/d", after: { memory: memory(), left: true } });
    expect(await store.jobsDue(WATCH, NOW, 10)).toEqual({ rows: [], next: NOW + 5 });
    const rows = await store.jobs(WATCH);
    expect([...rows.values()].map(({ key, dueAt }) => [key, dueAt])).toEqual([
      ["ml/a", NOW + 5],
      ["ml/b", undefined],
      ["ml/d", undefined],
    ]);
    expect((await store.jobsNamed(WATCH, ["ml/a"])).get("ml/a")?.dueAt).toBe(NOW + 5);
  });

  test("of more than are asked for the longest waiting come, and the next ones are due at once", async () => {
    const [store] = await stores();
    // Of names as long as these 1 MB, DynamoDB's page, is less than what is asked for.
    const watch = `prod/${"x".repeat(1900)}`;
    const keys = Array.from({ length: 260 }, (_, index) => `ml/${String(index).padStart(800, "0")}`);
    const write = (key: string, index: number) =>
      store.advance(step({ watch, key, after: { memory: memory(), dueAt: NOW - 1000 + index } }));
    await Promise.all(keys.map(write));
    const { rows, next } = await store.jobsDue(watch, NOW, 250);
    expect(keysOf(rows)).toEqual(keys.slice(0, 250));
    expect(next).toBe(NOW - 1000 + 250);
    expect((await store.jobsDue(watch, NOW, 260)).next).toBeUndefined();
  });

  test("whatever is written, what is due is found", async () => {
    const [store] = await stores();
    const write = fc.record({ job: fc.nat(5), dueAt: fc.option(fc.nat(10), { nil: undefined }) });
    let watches = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 12 }),
        fc.nat(10),
        fc.integer({ min: 1, max: 4 }),
        async (all, now, limit) => {
          watches += 1;
          const watch = `any/${watches}`;
          for (const { job, dueAt } of all) await put(store, { [`ml/${job}`]: dueAt }, watch);
          const waiting = [...new Map(all.map(({ job, dueAt }) => [`ml/${job}`, dueAt]))]
            .flatMap(([key, dueAt]) => (dueAt === undefined ? [] : [[key, dueAt] as const]))
            .sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
          const due = waiting.filter(([, dueAt]) => dueAt <= now).slice(0, limit);
          const { rows, next } = await store.jobsDue(watch, now, limit);
          expect(rows.map(({ dueAt }) => dueAt)).toEqual(due.map(([, dueAt]) => dueAt));
          expect(next).toBe(waiting[due.length]?.[1]);
        },
      ),
      { numRuns: runs },
    );
  });
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openAgenda, rulesName, withAgenda } from "#polling/agenda";
import type { Cursor } from "#store/store";
import { WATCH } from "./scene.ts";

const WATCHED = { ...WATCH, rules: [{ type: "pendingFor", seconds: 900 }] as const };
const T = Date.UTC(2026, 10, 21);
const SECOND = 1000;
const CURSOR: Cursor = { resourceVersion: "1", tickedAt: T };

/** What is due, and what a cursor remembers of it, in seconds after T. */
function words({ dueAt, dueLately: lately }: Pick<Cursor, "dueAt" | "dueLately">): string {
  const due = dueAt === undefined ? "-" : String((dueAt - T) / SECOND);
  return lately === undefined
    ? due
    : `${due} (${(lately.dueAt - T) / SECOND} written ${(lately.writtenAt - T) / SECOND})`;
}

const open = (cursor: Partial<Cursor> | undefined = {}, isKnown = true, now = T) =>
  openAgenda(WATCHED, cursor && { ...CURSOR, ...cursor }, isKnown, now);

describe("what is due", () => {
  test("is what the cursor says", () => {
    expect(words(open().fields(T))).toBe("-");
    expect(open({ dueAt: T + 5 }).dueAt()).toBe(T + 5);
  });

  test.each<[string, Parameters<typeof open>]>([
    ["there is no cursor yet", [undefined]],
    ["a holder did not finish", [{ dueAt: T + 9000 }, false]],
    ["an hour is over", [{ dueAt: T + 9000_000, tickedAt: T - 3_600_000 }]],
  ])("is to be asked for where %s", (_, parts) => {
    expect(parts[0] === undefined ? openAgenda(WATCHED, undefined, true, T).dueAt() : open(...parts).dueAt()).toBe(0);
  });

  test("is nothing, and stays nothing, without rules", () => {
    const agenda = openAgenda(WATCH, { ...CURSOR, dueAt: 5, dueLately: { dueAt: 5, writtenAt: T } }, false, T);
    expect(words(agenda.fields(T))).toBe("-");
    expect(withAgenda({ ...CURSOR, dueAt: 5 }, agenda, T)).toEqual(CURSOR);
  });

  test("is the first row that was written, and is remembered with when that was for as long as an index may lack it", () => {
    const agenda = open({ dueAt: T + 100 * SECOND });
    agenda.note(T + 300 * SECOND, T + SECOND);
    expect(words(agenda.fields(T + SECOND))).toBe("100 (300 written 1)");
    agenda.note(T + 70 * SECOND, T + 2 * SECOND);
    expect(words(agenda.fields(T + 2 * SECOND))).toBe("70 (70 written 2)");
    expect(words(agenda.fields(T + 51.999 * SECOND))).toBe("70 (70 written 2)");
    expect(words(agenda.fields(T + 52 * SECOND))).toBe("70");
  });

  test.each<[string, Partial<Cursor>, number | undefined, string]>([
    ["what the store says", {}, 300, "300"],
    ["nothing, where the store knows of none", {}, undefined, "-"],
    [
      "a row that the store may lack",
      { dueLately: { dueAt: T + 90 * SECOND, writtenAt: T } },
      300,
      "90 (90 written 0)",
    ],
    [
      "what comes before a row that the store may lack",
      { dueLately: { dueAt: T + 90 * SECOND, writtenAt: T } },
      60,
      "60 (90 written 0)",
    ],
    [
      "another look, where a row may be lacking that is due",
      { dueLately: { dueAt: T + 9 * SECOND, writtenAt: T } },
      300,
      "50 (50 written 0)",
    ],
    [
      "what the store says, where the row was written long before",
      { dueLately: { dueAt: T + 9 * SECOND, writtenAt: T - 40 * SECOND } },
      300,
      "300",
    ],
  ])("is, once the store has answered, %s", (_, cursor, next, expected) => {
    const agenda = open({ dueAt: T, ...cursor });
    agenda.answered(next === undefined ? undefined : T + next * SECOND, T + 10 * SECOND);
    expect(words(agenda.fields(T + 10 * SECOND))).toBe(expected);
  });

  test("does not lead from one look to the next for ever, where rows are written all the time", () => {
    const agenda = open({ dueAt: T, dueLately: { dueAt: T, writtenAt: T } });
    agenda.note(T + 900 * SECOND, T + 60 * SECOND);
    agenda.answered(T + 890 * SECOND, T + 60 * SECOND);
    expect(agenda.dueAt()).toBe(T + 890 * SECOND);
  });

  test("is to be asked for at once, and once more when an index has caught up, where somebody else has written", () => {
    const agenda = open();
    agenda.forget(T);
    expect(agenda.dueAt()).toBe(0);
    agenda.answered(undefined, T + SECOND);
    expect(agenda.dueAt()).toBe(T + 50 * SECOND);
    agenda.answered(undefined, T + 50 * SECOND);
    expect(agenda.dueAt()).toBeUndefined();
  });
});

/** A row of a table whose index is behind, in seconds. */
interface Row {
  readonly writtenAt: number;
  readonly dueAt: number;
  readonly shownAt: number;
}

/** Ticks at that interval until long after the last row was written: how often the index was asked, and who was found when. */
function play(rows: readonly Row[], interval: number) {
  const found = new Map<Row, number>();
  let cursor: Cursor = CURSOR;
  let asked = 0;
  const end = Math.max(...rows.map(({ writtenAt, dueAt }) => Math.max(writtenAt, dueAt))) + 300;
  for (let now = 0; now <= end; now += interval) {
    const at = T + now * SECOND;
    const agenda = openAgenda(WATCHED, { ...cursor, tickedAt: at }, true, at);
    const news = rows.filter(({ writtenAt }) => writtenAt <= now && writtenAt > now - interval);
    for (const { dueAt, writtenAt } of news) agenda.note(T + dueAt * SECOND, T + writtenAt * SECOND);
    if ((agenda.dueAt() ?? Number.POSITIVE_INFINITY) <= at) {
      asked += 1;
      agenda.answered(answer(rows, found, now), at);
    }
    cursor = withAgenda(cursor, agenda, at);
  }
  return { found, asked };
}

function answer(rows: readonly Row[], found: Map<Row, number>, now: number): number | undefined {
  const shown = rows.filter((row) => row.shownAt <= now && !found.has(row));
  for (const row of shown) if (row.dueAt <= now) found.set(row, now);
  const next = shown.map(({ dueAt }) => dueAt).filter((dueAt) => dueAt > now);
  return next.length === 0 ? undefined : T + Math.min(...next) * SECOND;
}

test("whenever rows are written, each is found when it is due, or within a minute of when an index shows it", () => {
  const row = fc.record({
    in: fc.integer({ min: -20, max: 200 }),
    after: fc.integer({ min: 0, max: 90 }),
    lag: fc.nat(49),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 90 }), (all, interval) => {
      let writtenAt = 0;
      const rows = all.map(({ in: due, after, lag }): Row => {
        writtenAt += after;
        return { writtenAt, dueAt: writtenAt + due, shownAt: writtenAt + lag };
      });
      const { found, asked } = play(rows, interval);
      for (const each of rows) {
        const late = (found.get(each) ?? Number.POSITIVE_INFINITY) - Math.max(each.dueAt, each.shownAt);
        expect(late).toBeLessThan(50 + interval);
      }
      expect(asked).toBeLessThanOrEqual(3 * rows.length);
    }),
    { numRuns: 3000 },
  );
});

test("rules have a short name: the same for the same rules, another for others, and none for none", () => {
  const named = (seconds: number) => rulesName({ ...WATCH, rules: [{ type: "pendingFor", seconds }] });
  expect(named(900)).toMatch(/^[\w-]{6}$/);
  expect(named(900)).toBe(named(900));
  expect(named(900)).not.toBe(named(901));
  expect([rulesName(WATCH), rulesName({ ...WATCH, rules: [] })]).toEqual([undefined, undefined]);
});

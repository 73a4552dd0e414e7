import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type QuietHours, quietUntil } from "#delivery/quiet";

const BERLIN = "Europe/Berlin";
const NIGHT: QuietHours = { from: "22:00", to: "07:00", timeZone: BERLIN };
const LUNCH: QuietHours = { from: "12:00", to: "13:30", timeZone: BERLIN };
const WEEKEND: QuietHours = { from: "00:00", to: "00:00", days: ["Sat", "Sun"], timeZone: BERLIN };
const LOST_HOUR: QuietHours = { from: "02:30", to: "02:45", timeZone: BERLIN };

const untilOf = (hours: readonly QuietHours[], at: string) => {
  const until = quietUntil(hours, Date.parse(at));
  return until === undefined ? undefined : new Date(until).toISOString().replace(".000Z", "Z");
};

describe("a receiver with quiet hours", () => {
  test.each<[why: string, hours: readonly QuietHours[], at: string, until: string | undefined]>([
    ["is told everything before they begin", [NIGHT], "2026-11-21T20:59:59Z", undefined],
    ["is left alone from their first moment", [NIGHT], "2026-11-21T21:00:00Z", "2026-11-22T06:00:00Z"],
    ["is left alone after midnight: they began yesterday", [NIGHT], "2026-11-22T00:30:00Z", "2026-11-22T06:00:00Z"],
    ["hears again at their end", [NIGHT], "2026-11-22T06:00:00Z", undefined],
    ["is left alone within a day", [LUNCH], "2026-11-21T11:59:00Z", "2026-11-21T12:30:00Z"],
    ["has a clock that is two hours ahead in summer", [NIGHT], "2026-07-01T20:00:00Z", "2026-07-02T05:00:00Z"],
    ["sleeps an hour less when summer begins", [NIGHT], "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z"],
    ["sleeps an hour more when it ends", [NIGHT], "2026-10-24T22:00:00Z", "2026-10-25T06:00:00Z"],
    ["from a time to the same time is a day", [WEEKEND], "2026-11-21T00:00:00Z", "2026-11-22T23:00:00Z"],
    ["has weekends that begin on Saturday", [WEEKEND], "2026-11-20T22:59:00Z", undefined],
    ["has hours that go on into others", [NIGHT, WEEKEND], "2026-11-20T22:30:00Z", "2026-11-23T06:00:00Z"],
    ["has hours that begin on some days only", [{ ...NIGHT, days: ["Mon"] }], "2026-11-21T23:00:00Z", undefined],
    [
      "has Monday's night on Tuesday morning",
      [{ ...NIGHT, days: ["Mon"] }],
      "2026-11-24T01:00:00Z",
      "2026-11-24T06:00:00Z",
    ],
    [
      "has hours that fall into the one that spring leaves out",
      [LOST_HOUR],
      "2026-03-29T01:31:00Z",
      "2026-03-29T01:45:00Z",
    ],
    ["has hours once where autumn shows them twice", [LOST_HOUR], "2026-10-25T00:31:00Z", "2026-10-25T00:45:00Z"],
    ["has them not the second time", [LOST_HOUR], "2026-10-25T01:31:00Z", undefined],
    [
      "may live where clocks differ by quarters of an hour",
      [{ from: "10:00", to: "12:00", timeZone: "Asia/Kathmandu" }],
      "2026-10-25T05:00:00Z",
      "2026-10-25T06:15:00Z",
    ],
    [
      "may live across the date line",
      [{ ...WEEKEND, days: ["Sun"], timeZone: "Pacific/Kiritimati" }],
      "2026-11-21T11:00:00Z",
      "2026-11-22T10:00:00Z",
    ],
    ["without any is never left alone", [], "2026-11-21T23:00:00Z", undefined],
  ])("%s", (_, hours, at, until) => {
    expect(untilOf(hours, at)).toBe(until);
  });

  test("what is silent for ever has an end all the same", () => {
    const always: QuietHours = { from: "08:00", to: "08:00", timeZone: "UTC" };
    expect(untilOf([always], "2026-11-21T12:00:00Z")).toMatch(/^2026-12-/);
  });

  test("the end is never in quiet hours, and everything before it is", () => {
    const clock = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([h, m]) => `${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`);
    const days = fc.uniqueArray(fc.constantFrom("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), {
      minLength: 1,
      maxLength: 4,
    });
    const zone = fc.constantFrom(BERLIN, "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai");
    const at = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) });
    fc.assert(
      fc.property(
        clock,
        clock,
        days,
        zone,
        at,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (from, to, on, timeZone, now, part) => {
          const hours = [{ from, to, days: on, timeZone }];
          const until = quietUntil(hours, now);
          if (until === undefined) return;
          expect(until).toBeGreaterThan(now);
          expect(quietUntil(hours, until)).toBeUndefined();
          expect(quietUntil(hours, now + Math.floor((until - 1 - now) * part))).toBe(until);
        },
      ),
      { numRuns: 500 },
    );
  });
});

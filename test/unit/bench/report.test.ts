import { expect, test } from "vitest";
import { atMost, exactly, lowerQuartile, median, medians, percentile } from "../../../bench/benchmark.ts";
import { isMissed, table } from "../../../bench/report.ts";

test("a count or a size that is worse than its goal fails the run, a time does not", () => {
  const goals = [atMost(2, 2, ""), atMost(3, 2, ""), exactly(3, 2), atMost(3, 2, "ms", "time"), undefined];
  const rows = goals.map((goal) => ({ what: "it", measured: "3", ...(goal && { goal }) }));
  expect(rows.map(isMissed)).toEqual([false, true, true, false, false]);
});

test("rows become a table of Markdown that says which goals were met", () => {
  const rows = [
    { what: "poll", against: "329 kB", measured: "423 kB", goal: atMost(423, 450, "kB") },
    { what: "retry", measured: "1,300 kB", goal: atMost(1300, 1250, "kB") },
    { what: "import", measured: "2 s", goal: atMost(2, 1, "s", "time") },
    { what: "first tick", measured: "503" },
  ];
  expect(table(rows).split("\n")).toEqual([
    "| what | against | measured | goal | met |",
    "| --- | --- | --- | --- | --- |",
    "| poll | 329 kB | 423 kB | at most 450 kB | yes |",
    "| retry |  | 1,300 kB | at most 1,250 kB | **no** |",
    "| import |  | 2 s | at most 1 s | no, on this machine |",
    "| first tick |  | 503 |  |  |",
  ]);
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[7], 7],
])("the median of %j is %d", (values, middle) => {
  expect(median(values)).toBe(middle);
});

test("a quarter of all times lie below the lower quartile or at it", () => {
  expect(lowerQuartile([9, 1, 5, 3, 7])).toBe(3);
  expect(lowerQuartile([4])).toBe(4);
});

test.each([
  [0.5, 50],
  [0.99, 99],
  [0.995, 100],
  [1, 100],
  [0, 1],
])("such a share as %d of 1 to 100 reaches %d at most", (share, most) => {
  expect(
    percentile(
      Array.from({ length: 100 }, (_, index) => 100 - index),
      share,
    ),
  ).toBe(most);
});

test("of several runs each figure has a median of its own", () => {
  const runs = [
    { wallMs: 3, cpuMs: 10 },
    { wallMs: 1, cpuMs: 30 },
    { wallMs: 2, cpuMs: 20 },
  ];
  expect(medians(runs)).toEqual({ wallMs: 2, cpuMs: 20 });
  expect(() => medians([])).toThrow("nothing was run");
});

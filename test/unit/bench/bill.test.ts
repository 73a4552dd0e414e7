import { expect, test } from "vitest";
import {
  add,
  beyondFree,
  billedMs,
  billOf,
  fargateMonth,
  gbSeconds,
  multiply,
  podMonth,
  totalOf,
} from "../../../bench/bill.ts";
import type { Usage } from "../../../bench/prices.ts";

const NOTHING: Usage = {
  ...{ lambdaRequests: 0, lambdaGbSeconds: 0, writeUnits: 0, readUnits: 0, storedGb: 0, recoveryGb: 0, sqsRequests: 0 },
  ...{ schedulerInvocations: 0, metrics: 0, alarms: 0, dashboards: 0, logGb: 0 },
};

test.each<[what: string, used: Partial<Usage>, dollars: number]>([
  ["nothing", {}, 0],
  ["a million GB-seconds of Lambda on arm64", { lambdaGbSeconds: 1e6 }, 13.3334],
  ["five million invocations", { lambdaRequests: 5e6 }, 1],
  ["eight million write units", { writeUnits: 8e6 }, 5],
  ["eight million read units", { readUnits: 8e6 }, 1],
  ["ten GB in the table, with recovery", { storedGb: 10, recoveryGb: 10 }, 4.5],
  ["the pollers of an idle queue, 657,000 requests", { sqsRequests: 657_000 }, 0.2628],
  ["two schedules a minute, 87,600 invocations", { schedulerInvocations: 87_600 }, 0.0876],
  ["ten metrics, ten alarms, a dashboard", { metrics: 10, alarms: 10, dashboards: 1 }, 3 + 1 + 3],
  ["two GB of logs, kept for a month at a sixth of their size", { logGb: 2 }, 1.01],
])("%s: the dollars that a person works out", (_, used, dollars) => {
  expect(totalOf(billOf({ ...NOTHING, ...used }))).toBeCloseTo(dollars, 6);
});

test("an idle namespace alone: two write units a minute for 730 hours are 5.5 cents", () => {
  expect(billOf({ ...NOTHING, writeUnits: 2 * 43_800 }).dynamodb).toBeCloseTo(0.05475, 6);
});

test("usages add up and multiply by service", () => {
  const usage = add(multiply({ ...NOTHING, writeUnits: 10, metrics: 1 }, 3), { ...NOTHING, writeUnits: 5 });
  expect(usage).toEqual({ ...NOTHING, writeUnits: 35, metrics: 3 });
});

test("the free tier takes off what it covers and no more, and nothing of DynamoDB's units", () => {
  const used = { ...NOTHING, lambdaRequests: 1.5e6, sqsRequests: 657_000, metrics: 19, alarms: 24, writeUnits: 100 };
  expect(beyondFree(used)).toEqual({ ...NOTHING, lambdaRequests: 0.5e6, metrics: 9, alarms: 14, writeUnits: 100 });
});

test.each<[cpu: number, wait: number, memory: number, billed: number]>([
  [100, 0, 1769, 100],
  [100, 50, 1769, 150],
  // Half of a processor takes twice as long; waiting takes as long as ever.
  [100, 50, 884.5, 250],
  // More than one processor is of no use to one thread.
  [100, 50, 3538, 150],
  // Each begun millisecond counts.
  [10.2, 0, 1769, 11],
])("%d ms of work and %d ms of waiting with %d MB are billed as %d ms", (cpu, wait, memory, billed) => {
  expect(billedMs(cpu, wait, memory)).toBe(billed);
});

test("half a second with 512 MB is a quarter of a GB-second", () => {
  expect(gbSeconds(500, 512)).toBe(0.25);
});

test("what is always on is paid by the hour, a pod by its share of the memory", () => {
  expect(fargateMonth(0.25, 0.5)).toBeCloseTo(730 * 0.009875, 6);
  expect(podMonth(512)).toBeCloseTo(59.568 / 16, 6);
});

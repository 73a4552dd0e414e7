import { describe, expect, test } from "vitest";
import { diff, remember } from "#jobs/diff";
import { batchJob } from "#jobs/kinds/batch-job";
import { conditions, object, T0, time, words } from "./objects.ts";

interface Status {
  readonly conditions?: string | null;
  readonly startTime?: string | null;
  readonly active?: number;
  readonly ready?: number | null;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly completionTime?: string;
}

const written = ({ conditions: text, ...rest }: Status) =>
  object({ conditions: text ? conditions(text) : text, ...rest }, { resourceVersion: JSON.stringify(rest) });

const steps = (status: Status) => words(batchJob.read(written(status)).steps);

const startTime = time(1);

describe("a batch Job", () => {
  test.each<readonly [string, Status, string]>([
    ["is created when it first appears, whatever its status", {}, "Created@0"],
    [
      "is created before the start that an earlier clock wrote",
      { startTime: time(-40), active: 1 },
      "Created@0 Running@-40",
    ],
    ["does not run before it has a start", { active: 1, ready: 1 }, "Created@0"],
    ["does not run while its start is null", { startTime: null, active: 1 }, "Created@0"],
    [
      "runs when a pod is active, on servers that do not say which are ready",
      { startTime, active: 1 },
      "Created@0 Running@1",
    ],
    ["does not run while no pod is ready, on servers that say so", { startTime, active: 1, ready: 0 }, "Created@0"],
    ["runs when a pod is ready", { startTime, active: 2, ready: 1 }, "Created@0 Running@1"],
    ["runs when ready is null and a pod is active", { startTime, active: 1, ready: null }, "Created@0 Running@1"],
    ["does not run when no pod is active", { startTime, conditions: null }, "Created@0"],
    [
      "retries when a pod failed: that is no failure",
      { startTime, active: 1, ready: 1, failed: 2 },
      "Created@0 Running@1",
    ],
    ["waits for the next pod after one failed", { startTime, active: 1, ready: 0, failed: 1 }, "Created@0"],
    [
      "has not succeeded while its pods still stop",
      { startTime, active: 1, ready: 1, conditions: "SuccessCriteriaMet=True@7" },
      "Created@0 Running@1",
    ],
    [
      "has not failed while its pods still stop",
      { startTime, failed: 1, conditions: "FailureTarget=True@7" },
      "Created@0",
    ],
    [
      "has run when it is complete, though nobody saw it run",
      {
        startTime,
        succeeded: 1,
        ready: 0,
        completionTime: time(8),
        conditions: "SuccessCriteriaMet=True@7 Complete=True@8",
      },
      "Created@0 Running@1 Succeeded@8",
    ],
    [
      "has not run when it is complete without a pod that succeeded",
      { startTime, conditions: "Complete=True@1" },
      "Created@0 Succeeded@1",
    ],
    [
      "need not have run when it failed: its pods may never have started",
      { startTime, failed: 7, conditions: "FailureTarget=True@7 Failed=True@8" },
      "Created@0 Failed@8",
    ],
    ["fails without a start", { conditions: "Failed=True@8" }, "Created@0 Failed@8"],
    ["has failed where both ends are True", { conditions: "Complete=True@8 Failed=True@8" }, "Created@0 Failed@8"],
    ["has no end in a condition that is False", { conditions: "Complete=False@8 Failed=False@8" }, "Created@0"],
    ["is suspended", { conditions: "Suspended=True@4" }, "Created@0 Suspended@4"],
    ["is resumed", { startTime: time(6), conditions: "Suspended=False@6" }, "Created@0 Resumed@6"],
    [
      "runs after it was resumed, also in the same second",
      { startTime: time(6), active: 1, ready: 1, conditions: "Suspended=False@6" },
      "Created@0 Resumed@6 Running@6",
    ],
  ])("%s", (_, status, expected) => {
    expect(steps(status)).toBe(expected);
  });

  test("without any status is created", () => {
    expect(words(batchJob.read(object(undefined)).steps)).toBe("Created@0");
    expect(words(batchJob.read(object(null)).steps)).toBe("Created@0");
  });

  test("runs a second time after it was resumed, for its start is a new one", () => {
    const first = batchJob.read(written({ startTime: time(1), active: 1, ready: 1 }));
    const resumed = { startTime: time(9), active: 1, ready: 1, conditions: "Suspended=False@9" };
    const second = batchJob.read(written(resumed));
    expect(words(diff(remember(undefined, first), second))).toBe("Resumed@9 Running@9");
  });

  test("says nothing more when its pods come and go during one run", () => {
    const runs = batchJob.read(written({ startTime, active: 1, ready: 1 }));
    const retries = batchJob.read(written({ startTime, active: 1, ready: 0, failed: 1 }));
    const runsAgain = batchJob.read(written({ startTime, active: 1, ready: 1, failed: 1 }));
    const memory = remember(remember(undefined, runs), retries);
    expect([...diff(remember(undefined, runs), retries), ...diff(memory, runsAgain)]).toEqual([]);
    expect(memory.last).toEqual({ type: "Running", at: T0 + 1 });
  });
});

test.each([
  ["one, where the spec says nothing", {}, 1],
  ["one, where there is no spec", undefined, 1],
  ["the completions", { completions: 5, parallelism: 2 }, 5],
  ["the parallelism, where a work queue decides the completions", { completions: null, parallelism: 2 }, 2],
])("a batch Job wants as many pods as %s", (_, spec, desired) => {
  const { replicas } = batchJob.read(object({ active: 1, succeeded: 2, failed: 3 }, {}, spec));
  expect(replicas).toEqual({ Pod: { active: 1, succeeded: 2, failed: 3, desired } });
});

test("a batch Job that was just created has no pods", () => {
  const { replicas, startedAt } = batchJob.read(object(undefined));
  expect(replicas).toEqual({ Pod: { active: 0, succeeded: 0, failed: 0, desired: 1 } });
  expect(startedAt).toBeUndefined();
});

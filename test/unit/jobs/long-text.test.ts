import { describe, expect, test } from "vitest";
import { batchJob } from "#jobs/kinds/batch-job";
import { tfJob } from "#jobs/kinds/kubeflow";
import { object, time } from "./objects.ts";

const read = (message: string, reason = "TFJobFailed") => {
  const failed = { type: "Failed", status: "True", lastTransitionTime: time(9), reason, message };
  return [tfJob, batchJob].map(({ read: readJob }) => readJob(object({ conditions: [failed] })).steps.at(-1));
};

describe("the words of a condition", () => {
  test.each([0, 1, 1999, 2000])("are kept whole up to 2,000 characters: %i", (length) => {
    for (const step of read("x".repeat(length))) expect(step?.message).toBe("x".repeat(length));
  });

  test.each([2001, 32_768, 1_000_000])("are cut where there are more: %i", (length) => {
    for (const step of read("x".repeat(length), "y".repeat(length))) {
      expect(step?.message).toBe(`${"x".repeat(1999)}…`);
      expect(step?.reason).toBe(`${"y".repeat(1999)}…`);
    }
  });

  test("are cut between characters, never within one", () => {
    for (const step of read("\u{1f525}".repeat(2000))) expect(step?.message).toBe(`${"\u{1f525}".repeat(999)}…`);
    for (const step of read(`x${"\u{1f525}".repeat(2000)}`)) expect(step?.message).toBe(`x${"\u{1f525}".repeat(999)}…`);
  });
});

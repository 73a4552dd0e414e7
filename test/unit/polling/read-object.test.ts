import { describe, expect, test } from "vitest";
import * as z from "zod";
import { remember } from "#jobs/diff";
import { tfJob } from "#jobs/kinds/kubeflow";
import type { Kind } from "#jobs/kinds/reader";
import { readObject } from "#polling/read-object";
import type { JobRow } from "#store/store";
import { object } from "../jobs/objects.ts";

const reading = (error: Error): Kind => ({
  ...tfJob,
  read: () => {
    throw error;
  },
});

describe("the version that is remembered", () => {
  const seen = tfJob.read(object());
  const row = { key: "ml/mnist", version: 1, memory: remember(undefined, seen) };
  const read = (listed: unknown, changes: Partial<JobRow> = {}) =>
    readObject(tfJob, listed, new Map([[row.key, { ...row, ...changes }]]));

  test("is not read again, whatever it holds", () => {
    expect(read(object({ conditions: "none" }))).toEqual({ type: "unchanged", key: "ml/mnist" });
  });

  test("is read again where the job had left the selector", () => {
    expect(read(object(), { left: true })).toEqual({ type: "job", key: "ml/mnist", snapshot: seen });
  });

  test.each([
    ["another version", { resourceVersion: "2" }],
    ["the same version of another job, as after a restored backup", { uid: "uid-2" }],
  ])("is not %s", (_, metadata) => {
    expect(read(object(undefined, metadata))).toMatchObject({ type: "job", snapshot: metadata });
  });
});

test("a reader that is broken is not mistaken for an object that is", () => {
  const mistake = new TypeError("cannot read properties of undefined");
  expect(() => readObject(reading(mistake), object(), new Map())).toThrow(mistake);
});

test("an object that a reader refuses without a reason is unreadable all the same", () => {
  const seen = readObject(reading(new z.ZodError([])), object(), new Map());
  expect(seen).toEqual({ type: "unreadable", key: "ml/mnist", why: "its fields are not those of a job" });
});

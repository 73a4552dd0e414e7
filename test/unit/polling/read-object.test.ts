import { expect, test } from "vitest";
import * as z from "zod";
import { tfJob } from "#jobs/kinds/kubeflow";
import type { Kind } from "#jobs/kinds/reader";
import { readObject } from "#polling/read-object";
import { object } from "../jobs/objects.ts";

const reading = (error: Error): Kind => ({
  ...tfJob,
  read: () => {
    throw error;
  },
});

test("a reader that is broken is not mistaken for an object that is", () => {
  const mistake = new TypeError("cannot read properties of undefined");
  expect(() => readObject(reading(mistake), object())).toThrow(mistake);
});

test("an object that a reader refuses without a reason is unreadable all the same", () => {
  const seen = readObject(reading(new z.ZodError([])), object());
  expect(seen).toEqual({ type: "unreadable", key: "ml/mnist", why: "its fields are not those of a job" });
});

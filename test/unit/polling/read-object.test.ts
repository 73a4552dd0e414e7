import { expect, test } from "vitest";
import * as z from "zod";
import { tfJob } from "#jobs/kinds/kubeflow";
import type { Kind } from "#jobs/kinds/reader";
import { readObject, readWatched } from "#polling/read-object";
import { object } from "../jobs/objects.ts";
import { WATCH } from "./scene.ts";

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

const PATTERN = { ...WATCH, namespace: "ml-*", exclude: ["ml-old"] };

test.each<[string, unknown, string]>([
  ["inside", { metadata: { namespace: "ml-a", name: "mnist" } }, "ml-a/mnist"],
  ["outside", { metadata: { namespace: "research", name: "mnist" } }, "nothing"],
  ["that is left out", { metadata: { namespace: "ml-old", name: "mnist" } }, "nothing"],
  ["outside, and without a name", { metadata: { namespace: "research" } }, "nothing"],
  ["inside, and without a name", { metadata: { namespace: "ml-a" } }, "nameless"],
  ["unknown", { metadata: { name: "mnist" } }, "nameless"],
  ["empty", { metadata: { namespace: "", name: "mnist" } }, "nameless"],
  ["that is none", { metadata: { namespace: 7, name: "mnist" } }, "nameless"],
  ["nowhere", { metadata: null }, "nameless"],
  ["nowhere at all", null, "nameless"],
  ["in what is no object", "mnist", "nameless"],
])(
  "a pattern leaves out what lies outside, readable or not, and nothing that may lie inside: a namespace %s",
  (_what, object, expected) => {
    const seen = readWatched(PATTERN, object);
    expect(seen === undefined ? "nothing" : (seen.key ?? "nameless")).toBe(expected);
  },
);

test("a watch of one namespace takes what the server answers, wherever it says that it lies", () => {
  expect(readWatched(WATCH, { metadata: { namespace: "research", name: "mnist" } })).toMatchObject({
    key: "research/mnist",
  });
});

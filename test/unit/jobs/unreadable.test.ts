import { describe, expect, test } from "vitest";
import * as z from "zod";
import { KINDS } from "#jobs/kinds/registry";
import { object, time } from "./objects.ts";

const NO_JOBS: readonly (readonly [what: string, object: unknown])[] = [
  ["nothing", undefined],
  ["null", null],
  ["a text", "job"],
  ["a list", [object()]],
  ["an object without metadata", {}],
  ["metadata that is null", { metadata: null }],
  ["no name", object(undefined, { name: undefined })],
  ["an empty name", object(undefined, { name: "" })],
  ["a name that is a number", object(undefined, { name: 7 })],
  ["no namespace", object(undefined, { namespace: undefined })],
  ["no uid", object(undefined, { uid: undefined })],
  ["an empty uid", object(undefined, { uid: "" })],
  ["no version", object(undefined, { resourceVersion: undefined })],
  ["no creation time", object(undefined, { creationTimestamp: null })],
  ["a creation time that is no time", object(undefined, { creationTimestamp: "yesterday" })],
  ["a label that is no text", object(undefined, { labels: { team: 7 } })],
  ["a status that is a text", object("Running")],
  ["conditions that are no list", object({ conditions: { Running: true } })],
  ["a condition that is a text", object({ conditions: ["Running"] })],
  ["a condition without type", object({ conditions: [{ status: "True", lastTransitionTime: time(1) }] })],
  ["a condition whose status is no text", object({ conditions: [{ type: "Running", status: true }] })],
  [
    "a condition whose time is no time",
    object({ conditions: [{ type: "Running", status: "True", lastTransitionTime: "now" }] }),
  ],
  ["a start that is no time", object({ startTime: "soon" })],
];

describe.each(KINDS.map((kind) => [kind.resource.kind, kind] as const))("a %s cannot be read from", (_, kind) => {
  test.each(NO_JOBS)("%s, and says so", (_what, unreadable) => {
    expect(() => kind.read(unreadable)).toThrow(z.ZodError);
  });
});

test.each([
  ["TFJob", { replicaStatuses: { Worker: { active: "one" } } }],
  ["TFJob", { replicaStatuses: [] }],
  ["Job", { active: 0.5 }],
  ["Job", { ready: "1" }],
])("a %s cannot be read from counts that are none: %j", (name, status) => {
  const kind = KINDS.find(({ resource }) => resource.kind === name);
  expect(() => kind?.read(object(status))).toThrow(z.ZodError);
});

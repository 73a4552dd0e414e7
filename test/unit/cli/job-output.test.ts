import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { differences, lost } from "#cli/job/differences";
import { manyAs, oneAs } from "#cli/job/output";
import { historyOf, rowOf, tableOf } from "#cli/job/rows";
import { table } from "#cli/table";
import { batchJob } from "#jobs/kinds/batch-job";
import { tfJob } from "#jobs/kinds/kubeflow";

const UNSAFE = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/u;
const JOB = {
  metadata: {
    namespace: "ml",
    name: "mnist",
    uid: "u",
    resourceVersion: "7",
    creationTimestamp: "2026-11-21T00:00:00Z",
    managedFields: [{ manager: "kubectl" }],
  },
};
const NOW = Date.parse("2026-11-21T02:04:00Z") / 1000;

describe("an object as text", () => {
  test.each(["json", "yaml"] as const)("is the same when it is read again as %s, whatever is in it", (format) => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "binary", minLength: 1 }), fc.string({ unit: "binary" })),
        (notes) => {
          const annotations = Object.fromEntries(Object.entries(notes).filter(([key]) => key !== "__proto__"));
          const object = { metadata: { ...JOB.metadata, annotations } };
          const text = oneAs(format, { kind: tfJob, object });
          expect(text).not.toMatch(UNSAFE);
          expect((format === "json" ? JSON.parse(text) : parse(text)).metadata.annotations).toEqual(annotations);
        },
      ),
    );
  });

  test.each(["json", "yaml"] as const)(
    "shows a terminal nothing to obey as %s, and is the same when it is read again",
    (format) => {
      for (const char of "\u0000\u0007\u001b\u0085\u009b\u061c\u200e\u202e\u2028\u2029\u2066\ufeff") {
        const annotations = { [`key${char}`]: `a${char}b`, [char]: `a: ${char}\n'"\\` };
        const text = oneAs(format, { kind: tfJob, object: { metadata: { annotations } } });
        expect(text).not.toMatch(UNSAFE);
        expect((format === "json" ? JSON.parse(text) : parse(text)).metadata.annotations).toEqual(annotations);
      }
    },
  );

  test.each(["yes", "no", "on", "0777", "1e3", "null", "~", "2026-11-21", "a: b", "- a", "#", "'", "0x1F", "1:30"])(
    "stays text in YAML, old or new: %s",
    (value) => {
      const text = oneAs("yaml", { kind: tfJob, object: { metadata: { labels: { value } } } });
      expect(parse(text, { version: "1.1" }).metadata.labels.value).toBe(value);
      expect(parse(text, { version: "1.2" }).metadata.labels.value).toBe(value);
    },
  );

  test("has its kind first and no managedFields", () => {
    expect(oneAs("json", { kind: batchJob, object: JOB })).toMatch(
      /^\{\n {2}"apiVersion": "batch\/v1",\n {2}"kind": "Job",/,
    );
    expect(oneAs("json", { kind: batchJob, object: JOB })).not.toContain("managedFields");
  });

  test("of none is an empty List, and no name", () => {
    expect(JSON.parse(manyAs("json", []))).toEqual({ apiVersion: "v1", kind: "List", items: [] });
    expect(manyAs("name", [])).toBe("");
  });

  test("of something odd is still written", () => {
    expect(oneAs("name", { kind: tfJob, object: "odd" })).toBe("tfjob.kubeflow.org/undefined");
    expect(JSON.parse(oneAs("json", { kind: tfJob, object: null }))).toMatchObject({ kind: "TFJob" });
  });
});

describe("a table", () => {
  test("has columns as wide as their widest cell, and no space at the end of a line", () => {
    expect(
      table(
        ["A", "LONG"],
        [
          ["x", "y"],
          ["xxx", ""],
        ],
      ),
    ).toEqual(["A     LONG", "x     y", "xxx   -"]);
  });

  test("shows each cell in one line, with nothing that a terminal would obey", () => {
    expect(table(["A"], [["a\nb\u001b[31m\u202e"]]).join("|")).not.toMatch(/[\n\u202e]|\p{Cc}/u);
  });

  test("shows a job, with its namespace where there may be several", () => {
    const row = rowOf({ kind: tfJob, object: JOB }, NOW);
    expect(tableOf([row], { namespaces: true })[1]!.split(/ {2,}/)).toEqual([
      "ml",
      "TFJob",
      "mnist",
      "-",
      "-",
      "2 h 4 min",
    ]);
    expect(tableOf([row], { namespaces: false })[0]).toMatch(/^KIND/);
  });

  test.each([
    [
      "without conditions that can be read",
      { ...JOB, status: { conditions: "none" } },
      /cannot read ml\/mnist: status\.conditions/,
      "ml",
    ],
    ["without a name", {}, /cannot read a TFJob: it has no name/, ""],
  ])("shows an object %s as unreadable", (_what, object, complaint, namespace) => {
    const row = rowOf({ kind: tfJob, object }, NOW);
    expect(row.complaint).toMatch(complaint);
    expect([row.cells[0], row.cells[3]]).toEqual([namespace, "unreadable"]);
    expect(historyOf({ kind: tfJob, object })).toHaveLength(1);
  });
});

describe("what a patch changed", () => {
  const merge = { metadata: { labels: { a: "x", b: null } }, spec: { n: 1, deep: { list: [1] } } };

  test("is each of its fields that came out another way", () => {
    const before = { metadata: { labels: { a: "", b: "y" } } };
    const after = { metadata: { labels: { a: "x" } }, spec: { n: 1, deep: { list: [1] } } };
    expect(differences(before, after, merge)).toEqual([
      { field: "metadata.labels.a", before: '""', after: "x" },
      { field: "metadata.labels.b", before: "y", after: "" },
      { field: "spec.n", before: "", after: "1" },
      { field: "spec.deep.list.0", before: "", after: "1" },
    ]);
    expect(differences(after, after, merge)).toEqual([]);
    expect(lost(after, merge)).toEqual([]);
  });

  test("is lost where the object does not have it", () => {
    expect(lost({ metadata: { labels: { b: "y" } } }, merge)).toEqual([
      "metadata.labels.a",
      "metadata.labels.b",
      "spec.n",
      "spec.deep.list.0",
    ]);
    expect(lost({}, { metadata: { labels: { constructor: "x" } } })).toEqual(["metadata.labels.constructor"]);
  });
});

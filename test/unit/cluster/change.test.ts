import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Change, changeable, ifVersion, merged, mergeOf, type Provider } from "#cluster/change";
import { batchJob } from "#jobs/kinds/batch-job";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import { KINDS } from "#jobs/kinds/registry";

const ALL: Required<Change> = {
  labels: { a: "b", c: null },
  annotations: { d: "e" },
  activeDeadlineSeconds: 60,
  ttlSecondsAfterFinished: null,
  cleanPodPolicy: "All",
  parallelism: 2,
  completions: 4,
};
const METADATA = { labels: { a: "b", c: null }, annotations: { d: "e" } };
const POLICY = { activeDeadlineSeconds: 60, ttlSecondsAfterFinished: null, cleanPodPolicy: "All" };

/** Of a change, what the API allows for the kind. */
function allowed(provider: Provider, { resource }: typeof tfJob): Change {
  const places = changeable(provider, resource);
  return Object.fromEntries(Object.entries(ALL).filter(([field]) => field in places));
}

describe("a change as a merge patch", () => {
  test.each<[string, Provider, typeof tfJob, object]>([
    ["of a TFJob", "kubernetes", tfJob, { metadata: METADATA, spec: { runPolicy: POLICY } }],
    ["of a PyTorchJob on CCI", "cci", pyTorchJob, { metadata: METADATA, spec: POLICY }],
    [
      "of a Job",
      "kubernetes",
      batchJob,
      {
        metadata: METADATA,
        spec: { activeDeadlineSeconds: 60, ttlSecondsAfterFinished: null, parallelism: 2, completions: 4 },
      },
    ],
    [
      "of a Job on CCI",
      "cci",
      batchJob,
      { metadata: { labels: METADATA.labels }, spec: { parallelism: 2, completions: 4 } },
    ],
  ])("%s has each field at its place", (_what, provider, kind, merge) => {
    expect(mergeOf(provider, kind.resource, allowed(provider, kind))).toEqual({ merge });
  });

  test.each(
    KINDS.flatMap((kind) =>
      (["kubernetes", "cci"] as const).map((provider) => [kind.resource.kind, provider, kind] as const),
    ),
  )(
    "of a %s on %s names a field that the API does not allow, and makes nothing of the rest",
    (_kind, provider, kind) => {
      const places = changeable(provider, kind.resource);
      const fields = (Object.keys(ALL) as (keyof Change)[]).filter((field) => !(field in places));
      expect(fields.length).toBeGreaterThan(0);
      for (const field of fields) {
        expect(mergeOf(provider, kind.resource, { labels: {}, [field]: ALL[field] })).toEqual({ refused: field });
      }
    },
  );

  test("can ask for one version", () => {
    const merge = { metadata: { labels: { a: "b" } }, spec: { x: 1 } };
    expect(ifVersion(merge, "7")).toEqual({ metadata: { labels: { a: "b" }, resourceVersion: "7" }, spec: { x: 1 } });
    expect(ifVersion({ spec: {} }, "7")).toEqual({ spec: {}, metadata: { resourceVersion: "7" } });
  });
});

describe("what a merge patch makes of an object", () => {
  // The examples of RFC 7396, appendix A.
  test.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("%j and %j is %j", (target, change, expected) => {
    expect(merged(target, change)).toEqual(expected);
  });

  test("is the same when it is made twice", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (target, change) => {
        const once = merged(target, change);
        expect(merged(once, change)).toEqual(once);
      }),
    );
  });
});

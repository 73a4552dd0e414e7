import { describe, expect, test } from "vitest";
import { changedBuckets, decodeDigests, encodeDigests, isEmpty, openDigest, withOpen } from "#polling/digests";
import type { Seen } from "#polling/read-object";
import { BUCKETS, bucketOf } from "#store/bucket";
import { snapshot } from "../jobs/objects.ts";

const job = (name: string, text = "Created@0 Running@3", changes: Parameters<typeof snapshot>[1] = {}): Seen => {
  return { type: "job", key: `ml/${name}`, snapshot: snapshot(text, { name, ...changes }) };
};
const many = Array.from({ length: 50 }, (_, index) => job(`job-${index}`));
const unreadable: Seen = { type: "unreadable", key: "ml/mnist", why: "status: expected object" };

function digestsOf(items: readonly Seen[]) {
  const digest = openDigest();
  items.forEach(digest.add);
  return digest.end();
}

const changed = (before: readonly Seen[], after: readonly Seen[]) =>
  changedBuckets(digestsOf(after), digestsOf(before));

describe("what a list shows", () => {
  const seen = job("mnist", "Created@0 Running@3", { labels: { team: "vision", tier: "prod" } });

  test.each<[string, Seen]>([
    [
      "another version",
      job("mnist", "Created@0 Running@3", { labels: { tier: "prod", team: "vision" }, resourceVersion: "9" }),
    ],
    [
      "other counts of pods",
      {
        ...seen,
        ...{ snapshot: { ...snapshotOf(seen), replicas: { Worker: { active: 1, succeeded: 0, failed: 0 } } } },
      } as Seen,
    ],
    ["another start", { ...seen, snapshot: { ...snapshotOf(seen), startedAt: 7 } } as Seen],
    [
      "other words",
      {
        ...seen,
        snapshot: { ...snapshotOf(seen), steps: snapshotOf(seen).steps.map((step) => ({ ...step, message: "new" })) },
      } as Seen,
    ],
  ])("is the same with %s of a job: no comparison looks at that", (_, other) => {
    expect(changed([seen], [other])).toEqual([]);
  });

  test.each<[string, Seen]>([
    ["another step", job("mnist", "Created@0 Running@3 Succeeded@9")],
    ["another time of a step", job("mnist", "Created@0 Running@4")],
    ["fewer steps", job("mnist", "Created@0")],
    ["another uid", job("mnist", undefined, { uid: "uid-2" })],
    ["another label", job("mnist", undefined, { labels: { team: "vision" } })],
    [
      "a step that is inferred",
      {
        ...job("mnist"),
        snapshot: {
          ...snapshot("Created@0"),
          steps: snapshot("Created@0 Running@3").steps.map((step) => ({ ...step, inferred: true })),
        },
      } as Seen,
    ],
    ["an object that cannot be read", unreadable],
  ])("is another with %s in place of it, in its bucket only", (_, other) => {
    expect(changed([...many, job("mnist")], [...many, other])).toEqual([bucketOf("ml/mnist")]);
    expect(changed([...many, other], [...many, job("mnist")])).toEqual([bucketOf("ml/mnist")]);
  });

  test("is another with one job more or less, in its bucket only", () => {
    expect(changed(many, [...many, job("mnist")])).toEqual([bucketOf("ml/mnist")]);
    expect(changed([...many, job("mnist")], many)).toEqual([bucketOf("ml/mnist")]);
    expect(changed([], [job("mnist")])).toEqual([bucketOf("ml/mnist")]);
  });

  test("does not depend on the order of the list", () => {
    expect(digestsOf(many.toReversed())).toEqual(digestsOf(many));
  });

  test("of two jobs cannot be that of two others whose words flow together", () => {
    const bucket = bucketOf("ml/mnist");
    const label = (value: string) => digestsOf([job("mnist", "", { labels: { a: value } })])[bucket];
    expect(label('b"],["c","d')).not.toBe(digestsOf([job("mnist", "", { labels: { a: "b", c: "d" } })])[bucket]);
  });

  test("is nothing where nothing is listed", () => {
    expect(isEmpty(digestsOf([]))).toBe(true);
    expect(isEmpty(digestsOf([job("mnist")]))).toBe(false);
    expect(digestsOf([{ type: "unreadable", key: undefined, why: "it has no name" }])).toEqual(digestsOf([]));
  });
});

describe("what is remembered of it", () => {
  test("reads back, in 48 bits a bucket", () => {
    const digests = digestsOf(many);
    expect(decodeDigests(encodeDigests(digests))).toEqual(digests);
    expect(encodeDigests(digests)).toMatch(/^([\w-]{8},){15}[\w-]{8}$/);
  });

  test("of a bucket in which something was not written is compared again, whatever it shows", () => {
    const digests = digestsOf(many);
    expect(changedBuckets(digests, withOpen(digests, [3, 3, 15]))).toEqual([3, 15]);
    expect(changedBuckets(digestsOf([]), withOpen(digestsOf([]), [0]))).toEqual([0]);
    expect(isEmpty(withOpen(digestsOf([]), [0]))).toBe(false);
  });

  test.each([undefined, "", ",".repeat(BUCKETS), "a,b", "?"])("is nothing where it was written as %j", (text) => {
    expect(decodeDigests(text)).toBeUndefined();
  });
});

function snapshotOf(seen: Seen) {
  if (seen.type !== "job") throw new Error("no job");
  return seen.snapshot;
}

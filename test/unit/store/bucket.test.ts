import { expect, test } from "vitest";
import { BUCKETS, bucketOf } from "#store/bucket";

// Golden: in another bucket a row would not be found, and its job would be new.
test.each([
  ["", 9],
  ["ml/mnist", 11],
  ["kube-test/resnet50-nightly-20261121", 7],
  ["ml/ünï-🔔", 14],
])("the bucket of %j never changes", (key, bucket) => {
  expect(bucketOf(key)).toBe(bucket);
});

test.each([
  ["numbered", (index: number) => `ml/job-${index}`],
  ["dated", (index: number) => `machine-learning/nightly-2026${String(1000 + index)}-train`],
  ["random", (index: number) => `ml/tune-${(Math.imul(index, 2_654_435_761) >>> 0).toString(36)}`],
])("jobs with %s names spread over all buckets", (_, name) => {
  const counts = Array.from({ length: BUCKETS }, () => 0);
  for (let index = 0; index < 1600; index += 1) counts[bucketOf(name(index))]! += 1;
  expect(Math.max(...counts)).toBeLessThan(160);
  expect(Math.min(...counts)).toBeGreaterThan(50);
});

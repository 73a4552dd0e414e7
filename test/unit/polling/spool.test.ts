import { expect, test } from "vitest";
import { openSpool } from "#polling/spool";

test("a spool gives back what was added to its buckets, in order, however much that is", () => {
  const spool = openSpool<{ readonly name: string; readonly at: number }>();
  const all = Array.from({ length: 5000 }, (_, index) => ({
    bucket: index % 3,
    item: { name: `job-${index} 任务`, at: index },
  }));
  for (const { bucket, item } of all) spool.add(bucket, item);
  const itemsOf = (bucket: number) => all.filter((each) => each.bucket === bucket).map(({ item }) => item);
  expect(spool.of([1])).toEqual(itemsOf(1));
  expect(spool.of([2, 0])).toEqual([...itemsOf(2), ...itemsOf(0)]);
  expect(spool.of([7])).toEqual([]);
  expect(spool.of([1])).toEqual(itemsOf(1));
});

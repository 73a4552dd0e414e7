import fc from "fast-check";
import { expect, test } from "vitest";
import { inOrder } from "#store/dynamodb/merge";

async function* of(numbers: readonly number[], taken: number[] = []): AsyncGenerator<number> {
  for (const number of numbers) {
    taken.push(number);
    yield number;
  }
}

const ascending = (a: number, b: number) => a - b;

test("sources in order come out as one in order", async () => {
  const sorted = fc.array(fc.nat(99)).map((numbers) => numbers.sort(ascending));
  await fc.assert(
    fc.asyncProperty(fc.array(sorted, { maxLength: 5 }), async (sources) => {
      const merged: number[] = [];
      for await (const number of inOrder(
        sources.map((numbers) => of(numbers)),
        ascending,
      ))
        merged.push(number);
      expect(merged).toEqual(sources.flat().sort(ascending));
    }),
  );
});

test("no source is read further than one ahead of what was asked for", async () => {
  const taken: number[] = [];
  for await (const number of inOrder([of([1, 3, 5], taken), of([2, 4, 6], taken)], ascending)) if (number === 2) break;
  expect(taken).toEqual([1, 2, 3]);
});

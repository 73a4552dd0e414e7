import * as fc from "fast-check";
import { expect, test } from "vitest";
import { streamPartition } from "#store/dynamodb/keys";
import { streamOfRecord } from "#store/dynamodb/stream-record";

test("a record of a delivery names its stream, whatever its uid and receiver are made of", () => {
  const Name = fc.string({ unit: fc.constantFrom("#", "%", "2", "3", "5", "a", "é") });
  fc.assert(
    fc.property(Name, Name, (uid, receiver) => {
      expect(streamOfRecord({ pk: { S: streamPartition({ uid, receiver }) } })).toEqual({ uid, receiver });
    }),
  );
});

test.each([
  ["a job's row", { pk: { S: "watch#prod/ml/jobs.batch" } }],
  ["a delivery without a receiver", { pk: { S: "delivery#uid" } }],
  ["a key of another type", { pk: { N: "1" } }],
  ["no key", {}],
  ["nothing", undefined],
])("a record of %s is refused in one line that quotes nothing", (_, keys) => {
  expect(() => streamOfRecord(keys)).toThrow(/^A record of the table's stream is not one of a delivery/);
});

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { kindNamed } from "#jobs/kinds/registry";
import { fanOut } from "#polling/fan-out";
import { scopeId, type Watch, watchId } from "#polling/watch";

const KINDS = ["Job", "TFJob", "PyTorchJob", "MPIJob"];

const watchesOf = (cluster: string, namespace: string, kinds: number): readonly Watch[] =>
  KINDS.slice(0, kinds).map((name) => ({
    ...{ cluster, namespace, kind: kindNamed(name)!, pageSize: 500, firstTick: "silent", routes: [] },
  }));

const Namespaces = fc.uniqueArray(
  fc.record({ cluster: fc.constantFrom("a", "b", "c"), namespace: fc.string({ maxLength: 3 }), kinds: fc.nat(4) }),
  { selector: ({ cluster, namespace }) => JSON.stringify([cluster, namespace]), maxLength: 60 },
);

test("every watch is in one batch, all of a batch are of one cluster, and the kinds of a namespace stay together", () => {
  fc.assert(
    fc.property(Namespaces, (namespaces) => {
      const watches = namespaces.flatMap(({ cluster, namespace, kinds }) => watchesOf(cluster, namespace, kinds));
      const batches = fanOut(watches);
      expect(batches.flat().map(watchId).toSorted()).toEqual(watches.map(watchId).toSorted());
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(25);
        expect(new Set(batch.map(({ cluster }) => cluster)).size).toBe(1);
      }
      const scopes = batches.flatMap((batch) => [...new Set(batch.map(scopeId))]);
      expect(new Set(scopes).size).toBe(scopes.length);
    }),
  );
});

test("ten thousand namespaces of three kinds are 1250 messages", () => {
  const watches = Array.from({ length: 10_000 }, (_, index) => watchesOf("a", `ns-${index}`, 3)).flat();
  expect(fanOut(watches)).toHaveLength(1250);
});

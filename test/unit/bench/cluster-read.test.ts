import { expect, test } from "vitest";
import { tfJob } from "#jobs/kinds/kubeflow";
import type { Answer } from "#sim/answer";
import { openCountedCluster } from "../../../bench/cluster-read/counted-cluster.ts";
import { atMostOf, duration, size } from "../../../bench/cluster-read/words.ts";

const LISTED = "/apis/kubeflow.org/v1/namespaces/ml/tfjobs";

interface Page {
  readonly metadata: { readonly continue: string; readonly resourceVersion: string };
  readonly items: readonly { readonly metadata: { readonly name: string; readonly uid: string } }[];
}

type Cluster = ReturnType<typeof openCountedCluster>;

function get(cluster: Cluster, path: string): Page {
  const reply = cluster.reply({ method: "GET", path, headers: {}, body: "" });
  return JSON.parse((reply as Answer).body);
}

const namesOf = ({ items }: Page) => items.map(({ metadata }) => metadata.name);

test("the cluster of the benchmarks lists its jobs by pages of one moment, each of about 10 kB", () => {
  const cluster = openCountedCluster({ namespaces: ["ml", "other"], jobs: 8 });
  const first = get(cluster, `${LISTED}?limit=5`);
  const second = get(cluster, `${LISTED}?limit=5&continue=${first.metadata.continue}`);
  expect([...namesOf(first), ...namesOf(second)]).toEqual(
    Array.from({ length: 8 }, (_, number) => `training-00000${number}`),
  );
  expect(new Set([...first.items, ...second.items].map(({ metadata }) => metadata.uid)).size).toBe(8);
  expect([second.metadata.continue, second.metadata.resourceVersion]).toEqual(["", first.metadata.resourceVersion]);
  for (const item of first.items) {
    expect(JSON.stringify(item).length).toBeGreaterThan(9500);
    expect(JSON.stringify(item).length).toBeLessThan(10_500);
  }
});

test("its jobs can be read, and those that change are running ones that succeed, each its own", () => {
  const cluster = openCountedCluster({ namespaces: ["ml"], jobs: 8 });
  const stepsOf = () => get(cluster, LISTED).items.map((item) => tfJob.read(item).steps.at(-1)?.type);
  expect(stepsOf().slice(0, 4)).toEqual(["Running", "Succeeded", "Failed", "Succeeded"]);
  expect([cluster.change(1), cluster.change(1)]).toEqual([["training-000000"], ["training-000004"]]);
  expect(stepsOf().filter((step) => step === "Running")).toEqual([]);
});

test("a change is an object as large as before", () => {
  const cluster = openCountedCluster({ namespaces: ["ml"], jobs: 1 });
  const before = JSON.stringify(get(cluster, LISTED).items[0]).length;
  cluster.change(1);
  expect(Math.abs(JSON.stringify(get(cluster, LISTED).items[0]).length / before - 1)).toBeLessThan(0.1);
});

test.each([
  [85.4, "85 ms"],
  [2140, "2.1 s"],
])("%d milliseconds are said as %s", (ms, said) => {
  expect(duration(ms)).toBe(said);
});

test.each([
  [0, "0 kB"],
  [1234, "1.2 kB"],
  [203_436, "203 kB"],
  [6_160_000, "6.2 MB"],
  [101_368_932, "101 MB"],
])("%d bytes are said as %s", (bytes, said) => {
  expect(size(bytes)).toBe(said);
});

test("a goal that is a share of something else says the share", () => {
  expect(atMostOf(5, 100, 1 / 20)).toEqual({ text: "at most 1/20 of it", met: true, of: "time" });
  expect(atMostOf(111, 100, 1.1, "count")).toEqual({ text: "at most 1.1 times as much", met: false, of: "count" });
});

import type { Benchmark } from "./benchmark.ts";
import { firstList } from "./cluster-read/first-list.ts";
import { live } from "./cluster-read/live.ts";
import { manyWatches } from "./cluster-read/many-watches.ts";
import { memory } from "./cluster-read/memory.ts";
import { tick } from "./cluster-read/tick.ts";
import { writeBetween } from "./document.ts";
import { machine, table } from "./report.ts";

const DOCUMENT = "docs/performance.md";

/** What reading a cluster takes, beside others that read it. */
export const clusterRead: readonly Benchmark[] = [tick, firstList, memory, manyWatches, live].map(documented);

function documented(benchmark: Benchmark): Benchmark {
  return {
    ...benchmark,
    group: "cluster-read",
    async write() {
      const rows = await benchmark.run();
      writeBetween(DOCUMENT, benchmark.name, `${machine()}\n\n${table(rows)}`);
      return rows;
    },
  };
}

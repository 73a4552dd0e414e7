import { atMost, type Benchmark, plain, type Row } from "../benchmark.ts";
import { openContenders } from "./contenders.ts";
import { NAMESPACE } from "./first-list.ts";
import { startServer } from "./server.ts";
import { duration, megabytes } from "./words.ts";

const SIZES = [10_000, 100_000] as const;
const MOST_MB = 256;
const RESYNC_MS = 3_600_000;
/** How much V8 lets pile up between two collections: by itself up to 32 MB, three times. */
const SMALL = "--max-semi-space-size=4";

export const memory: Benchmark = {
  name: "memory",
  about:
    "How much memory does a process have at most that lists many TFJobs of 10 kB, and how long does it work? One run each.",
  async run() {
    const rows: Row[] = [];
    for (const jobs of SIZES) rows.push(...(await rowsOf(jobs)));
    return rows;
  },
};

async function rowsOf(jobs: number): Promise<readonly Row[]> {
  await using server = await startServer({ namespaces: [NAMESPACE], jobs });
  using contenders = await openContenders();
  const tickTwice = async (nodeOptions?: string) => {
    const state = contenders.path(`memory${nodeOptions ?? ""}.db`);
    const task = { server: server.url, namespaces: [NAMESPACE], state, act: "tick" } as const;
    const first = await contenders.jobbell(task, nodeOptions);
    const again = await contenders.jobbell({ ...task, now: Date.now() + RESYNC_MS }, nodeOptions);
    if (again.objects !== jobs) throw new Error("not everything was listed again");
    return { first, again };
  };
  const [usual, small] = [await tickTwice(), await tickTwice(SMALL)];
  const peak = (what: string, { peakMb }: { readonly peakMb: number }): Row => {
    // By itself V8 goes by the machine's memory.
    const goal = jobs === Math.max(...SIZES) ? { goal: atMost(peakMb, MOST_MB, "MB", "time") } : {};
    return { what, measured: megabytes(peakMb), ...goal };
  };
  return [
    peak(`${plain(jobs)} jobs: first tick, peak memory`, usual.first),
    peak("… listed again, nothing new: peak memory", usual.again),
    peak(`… first tick with NODE_OPTIONS=${SMALL}: peak memory`, small.first),
    peak("… listed again with it: peak memory", small.again),
    {
      what: "… processor time of the first tick, and of the other; with it",
      measured: [usual.first, usual.again, small.first, small.again].map(({ cpuMs }) => duration(cpuMs)).join(", "),
    },
  ];
}

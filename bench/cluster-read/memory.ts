import { atMost, type Benchmark, plain, type Row } from "../benchmark.ts";
import { openContenders } from "./contenders.ts";
import { NAMESPACE } from "./first-list.ts";
import { startServer } from "./server.ts";
import { duration, megabytes } from "./words.ts";

const SIZES = [10_000, 100_000] as const;
const MOST_MB = 256;
const RESYNC_MS = 3_600_000;

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
  const task = {
    server: server.url,
    namespaces: [NAMESPACE],
    state: contenders.path("memory.db"),
    act: "tick",
  } as const;
  const first = await contenders.jobbell(task);
  const again = await contenders.jobbell({ ...task, now: Date.now() + RESYNC_MS });
  if (again.objects !== jobs) throw new Error("not everything was listed again");
  const goal = (peakMb: number) => (jobs === Math.max(...SIZES) ? { goal: atMost(peakMb, MOST_MB, "MB") } : {});
  return [
    { what: `${plain(jobs)} jobs: first tick, peak memory`, measured: megabytes(first.peakMb), ...goal(first.peakMb) },
    { what: "… listed again, nothing new: peak memory", measured: megabytes(again.peakMb), ...goal(again.peakMb) },
    {
      what: "… processor time of the first tick, and of the other",
      measured: `${duration(first.cpuMs)}, ${duration(again.cpuMs)}`,
    },
  ];
}

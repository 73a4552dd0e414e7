import { type Benchmark, exactly, medians, plain, type Row } from "../benchmark.ts";
import { type Contenders, openContenders, type Ran } from "./contenders.ts";
import type { JobbellResult } from "./jobbell.ts";
import { type BenchServer, startServer } from "./server.ts";
import { atMostOf, duration, megabytes, size } from "./words.ts";

export const JOBS = 10_000;
export const NAMESPACE = "bench";
export const PAGE = 500;
const ROUNDS = 3;

/** The median run of each. `list` is the list alone, `tick` a whole first tick. */
interface Runs {
  readonly whole: Ran;
  readonly pages: Ran;
  readonly bare: Ran;
  readonly list: Ran<JobbellResult>;
  readonly tick: Ran<JobbellResult>;
}

export const firstList: Benchmark = {
  name: "first-list",
  about: `What does it take to list ${plain(JOBS)} TFJobs of 10 kB for the first time? Medians of ${ROUNDS} runs, each in a process of its own, with its start.`,
  async run() {
    await using server = await startServer({ namespaces: [NAMESPACE], jobs: JOBS });
    using contenders = await openContenders();
    // The first to ask pays for making the pages.
    await round(contenders, server, "warm");
    const rounds: Runs[] = [];
    for (let each = 0; each < ROUNDS; each += 1) rounds.push(await round(contenders, server, String(each)));
    const traffic = await trafficOf(contenders, server);
    return [...rowsOf(mediansOf(rounds)), ...trafficRows(traffic)];
  },
};

async function round(contenders: Contenders, { url: server }: BenchServer, name: string): Promise<Runs> {
  const list = { server, namespace: NAMESPACE };
  const own = { server, namespaces: [NAMESPACE], state: contenders.path(`${name}.db`) };
  return {
    whole: await contenders.clientNode(list),
    list: await contenders.jobbell({ ...own, act: "list" }),
    bare: await contenders.bareLoop(list),
    pages: await contenders.clientNode({ ...list, limit: PAGE }),
    tick: await contenders.jobbell({ ...own, act: "tick" }),
  };
}

function mediansOf(rounds: readonly Runs[]): Runs {
  return {
    whole: medians(rounds.map(({ whole }) => whole)),
    pages: medians(rounds.map(({ pages }) => pages)),
    bare: medians(rounds.map(({ bare }) => bare)),
    list: medians(rounds.map(({ list }) => list)),
    tick: medians(rounds.map(({ tick }) => tick)),
  };
}

async function trafficOf(contenders: Contenders, server: BenchServer) {
  const before = await server.counts();
  const task = { server: server.url, namespaces: [NAMESPACE], state: contenders.path("traffic.db") };
  const { requests, ahead } = await contenders.jobbell({ ...task, act: "tick" });
  const after = await server.counts();
  return { requests, ahead, bytes: after.bytes - before.bytes, sent: after.sent - before.sent };
}

function rowsOf({ whole, pages, bare, list, tick }: Runs): readonly Row[] {
  const cpu = `client-node ${duration(whole.cpuMs)}, in pages ${duration(pages.cpuMs)}; bare loop ${duration(bare.cpuMs)}`;
  const peak = `client-node ${megabytes(whole.peakMb)}, in pages ${megabytes(pages.peakMb)}; bare loop ${megabytes(bare.peakMb)}`;
  const wall = `bare loop ${duration(bare.wallMs)}; client-node ${duration(whole.wallMs)}, in pages ${duration(pages.wallMs)}`;
  const [leastCpu, leastPeak] = [Math.min(whole.cpuMs, pages.cpuMs), Math.min(whole.peakMb, pages.peakMb)];
  const rows = (what: string, own: Ran): readonly Row[] => [
    {
      what: `${what}: processor time`,
      against: cpu,
      measured: duration(own.cpuMs),
      goal: atMostOf(own.cpuMs, leastCpu, 1 / 2),
    },
    {
      what: "… peak memory",
      against: peak,
      measured: megabytes(own.peakMb),
      goal: atMostOf(own.peakMb, leastPeak, 1 / 2, "count"),
    },
    {
      what: "… by the clock",
      against: wall,
      measured: duration(own.wallMs),
      goal: atMostOf(own.wallMs, bare.wallMs, 1.1),
    },
  ];
  return [...rows("the list alone", list), ...rows("the whole first tick, with 10,000 rows written", tick)];
}

function trafficRows({ requests, ahead, bytes, sent }: Awaited<ReturnType<typeof trafficOf>>): readonly Row[] {
  return [
    {
      what: "bytes of the answers, as they were sent",
      against: `${size(bytes)} uncompressed`,
      measured: size(sent),
      goal: atMostOf(sent, bytes, 1 / 10, "count"),
    },
    {
      what: "pages that were read while the next one was on its way",
      against: `${requests} pages`,
      measured: plain(ahead),
      goal: exactly(ahead, JOBS / PAGE - 1),
    },
  ];
}

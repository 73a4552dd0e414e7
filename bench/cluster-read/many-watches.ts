import { type Benchmark, exactly, plain, type Row } from "../benchmark.ts";
import { type Contenders, openContenders, type Ran } from "./contenders.ts";
import type { JobbellResult, JobbellTask } from "./jobbell.ts";
import { startServer } from "./server.ts";
import { atMostOf, duration, megabytes } from "./words.ts";

const WATCHES = 500;
/** Few: what is measured is how watches wait. */
const JOBS = 2;

const NAMESPACES = Array.from({ length: WATCHES }, (_, number) => `team-${String(number).padStart(3, "0")}`);

export const manyWatches: Benchmark = {
  name: "many-watches",
  about: `How long does one tick of ${WATCHES} watches take in which nothing changed, all in one poll, and one poll after the other? Over TLS, in a process that has ticked them once before.`,
  async run() {
    using contenders = await openContenders();
    const turns = await ticked(contenders, "turns", false);
    const one = await ticked(contenders, "again", false);
    const two = await ticked(contenders, "again", true);
    return [
      ...rowsOf("a server that speaks HTTP/1.1", one, turns),
      ...rowsOf("one that speaks HTTP/2, too", two, turns),
    ];
  },
};

type Ticked = Ran<JobbellResult> & { readonly connections: number };

async function ticked(contenders: Contenders, act: JobbellTask["act"], isHttp2: boolean): Promise<Ticked> {
  await using server = await startServer({ namespaces: NAMESPACES, jobs: JOBS }, { isTls: true, isHttp2 });
  const state = contenders.path(`${act}-${isHttp2}.db`);
  // Nothing is to wait for the end of a watch, as it does now and then: the clock stands.
  const task = { server: server.url, ca: server.ca, namespaces: NAMESPACES, state, now: Date.now(), act };
  return { ...(await contenders.jobbell(task)), connections: (await server.counts()).connections };
}

function rowsOf(where: string, together: Ticked, turns: Ticked): readonly Row[] {
  const { ms, requests, connections, cpuMs, peakMb } = together;
  return [
    {
      what: `${WATCHES} watches in one poll of ${where}`,
      against: `${duration(turns.ms)}: one after the other`,
      measured: duration(ms),
      goal: atMostOf(ms, turns.ms, 1 / 20),
    },
    { what: "… requests", measured: plain(requests), goal: exactly(requests, WATCHES) },
    { what: "… connections, with those of the first tick", measured: plain(connections) },
    {
      what: "… processor time of both ticks, peak memory",
      measured: `${duration(cpuMs)}, ${megabytes(peakMb)}`,
    },
  ];
}

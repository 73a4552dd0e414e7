import { copyFileSync } from "node:fs";
import { atMost, type Benchmark, exactly, medians, plain, type Row } from "../benchmark.ts";
import { type Contenders, openContenders, type Ran } from "./contenders.ts";
import { JOBS, NAMESPACE, PAGE } from "./first-list.ts";
import type { JobbellResult } from "./jobbell.ts";
import { getWithKubectl, hasKubectl, type Timed } from "./kubectl.ts";
import { type BenchServer, startServer } from "./server.ts";
import { atMostOf, duration, megabytes, size } from "./words.ts";

const ROUNDS = 3;
const CHANGES = 20;
const IDLE_BYTES = 2000;
const IDLE_MS = 100;

/** One run of each. */
interface Round {
  readonly changed: Ran<JobbellResult>;
  readonly idle: Ran<JobbellResult>;
  readonly ruled: Ran<JobbellResult>;
  readonly whole: Ran;
  readonly pages: Ran;
  readonly nothing: Ran;
}

interface Measured extends Round {
  readonly kubectl: Timed | undefined;
  /** Bytes of one list. */
  readonly listed: number;
}

export const tick: Benchmark = {
  name: "tick",
  about: `What does a tick of ${plain(JOBS)} TFJobs of 10 kB take that follows what changed, beside reading the list? Medians of ${ROUNDS} runs, each in a process of its own, with its start.`,
  async run() {
    await using server = await startServer({ namespaces: [NAMESPACE], jobs: JOBS });
    using contenders = await openContenders();
    return rowsOf(await measure(contenders, server));
  },
};

async function measure(contenders: Contenders, { url, counts, change }: BenchServer): Promise<Measured> {
  const list = { server: url, namespace: NAMESPACE };
  const own = { server: url, namespaces: [NAMESPACE], act: "tick" } as const;
  const states = Array.from({ length: ROUNDS }, (_, number) => contenders.path(`${number}.db`));
  await contenders.jobbell({ ...own, state: contenders.path("first.db") });
  const ruled = { ...own, rules: true, state: contenders.path("ruled.db") } as const;
  // Each round hears of the same changes: so the pages are made once, by whoever asks first.
  for (const state of states) copyFileSync(contenders.path("first.db"), state);
  await change(CHANGES);
  const before = await counts();
  await contenders.clientNode(list);
  const listed = (await counts()).bytes - before.bytes;
  await contenders.clientNode({ ...list, limit: PAGE });
  const kubectl = hasKubectl() ? await getWithKubectl(url, NAMESPACE, contenders.path(".")) : undefined;
  // The first look with rules, and the one that asks whether the index knows all of it.
  await contenders.jobbell({ ...ruled, now: Date.now() - 120_000 });
  await contenders.jobbell(ruled);
  const rounds: Round[] = [];
  for (const state of states) {
    const changed = await contenders.jobbell({ ...own, state });
    if (changed.events !== CHANGES) throw new Error(`${changed.events} events of ${CHANGES} changes`);
    const whole = await contenders.clientNode(list);
    const idle = await contenders.jobbell({ ...own, state });
    const withRules = await contenders.jobbell(ruled);
    const pages = await contenders.clientNode({ ...list, limit: PAGE });
    rounds.push({ changed, idle, ruled: withRules, whole, pages, nothing: await contenders.nothing() });
  }
  return { ...mediansOf(rounds), kubectl, listed };
}

function mediansOf(rounds: readonly Round[]): Round {
  return {
    changed: medians(rounds.map(({ changed }) => changed)),
    idle: medians(rounds.map(({ idle }) => idle)),
    ruled: medians(rounds.map(({ ruled }) => ruled)),
    whole: medians(rounds.map(({ whole }) => whole)),
    pages: medians(rounds.map(({ pages }) => pages)),
    nothing: medians(rounds.map(({ nothing }) => nothing)),
  };
}

function rowsOf(measured: Measured): readonly Row[] {
  const { changed, idle, kubectl } = measured;
  const remark: Row = { what: "kubectl", measured: "is not on this machine" };
  return [...changedRows(measured, changed), ...idleRows(measured, idle), ...(kubectl === undefined ? [remark] : [])];
}

function changedRows(
  { whole, pages, kubectl, listed, nothing }: Measured,
  changed: Ran<JobbellResult>,
): readonly Row[] {
  const { bytes, cpuMs, startMs, peakMb, requests, wallMs } = changed;
  const least = Math.min(whole.cpuMs, pages.cpuMs);
  return [
    {
      what: `tick with ${CHANGES} changes: bytes, uncompressed`,
      against: `${size(listed)}: the list`,
      measured: size(bytes),
      goal: atMostOf(bytes, listed, 1 / 100, "count"),
    },
    { what: "… requests", measured: plain(requests) },
    ...(kubectl === undefined
      ? []
      : [
          {
            what: "… processor time",
            against: `kubectl ${duration(kubectl.cpuMs)}`,
            measured: duration(cpuMs),
            goal: atMostOf(cpuMs, kubectl.cpuMs, 1 / 20),
          },
        ]),
    {
      what: "… processor time",
      against: `client-node ${duration(whole.cpuMs)}, in pages ${duration(pages.cpuMs)}`,
      measured: duration(cpuMs),
      goal: atMostOf(cpuMs, least, 1 / 20),
    },
    {
      what: "… of it before the tick begins",
      against: `client-node ${duration(whole.startMs)}; Node alone ${duration(nothing.cpuMs)}`,
      measured: duration(startMs),
    },
    {
      what: "… by the clock",
      against: [
        ...(kubectl ? [`kubectl ${duration(kubectl.wallMs)}`] : []),
        `client-node ${duration(whole.wallMs)}, in pages ${duration(pages.wallMs)}`,
      ].join("; "),
      measured: duration(wallMs),
    },
    {
      what: "… peak memory",
      against: `client-node ${megabytes(whole.peakMb)}, in pages ${megabytes(pages.peakMb)}; Node alone ${megabytes(nothing.peakMb)}`,
      measured: megabytes(peakMb),
    },
  ];
}

function idleRows({ listed, whole, pages, nothing, ruled }: Measured, idle: Ran<JobbellResult>): readonly Row[] {
  const { bytes, requests, ms, connectMs, cpuMs, peakMb } = idle;
  const least = Math.min(whole.cpuMs, pages.cpuMs);
  return [
    {
      what: "idle tick: bytes, uncompressed",
      against: `${size(listed)}: the list`,
      measured: size(bytes),
      goal: atMost(bytes, IDLE_BYTES, "bytes"),
    },
    { what: "… requests", measured: plain(requests), goal: exactly(requests, 1) },
    {
      what: "… by the clock, beyond the connection, once started",
      measured: duration(ms - connectMs),
      goal: atMost(ms - connectMs, IDLE_MS, "ms", "time"),
    },
    {
      what: "… processor time",
      against: `client-node ${duration(whole.cpuMs)}, in pages ${duration(pages.cpuMs)}; Node alone ${duration(nothing.cpuMs)}`,
      measured: duration(cpuMs),
      goal: atMostOf(cpuMs, least, 1 / 20),
    },
    { what: "… peak memory", against: `Node alone ${megabytes(nothing.peakMb)}`, measured: megabytes(peakMb) },
    ...ruledRows(ruled, idle),
  ];
}

/** Less than two runs of the same differ by. */
const WITH_RULES = 1.05;

function ruledRows(ruled: Ran<JobbellResult>, idle: Ran<JobbellResult>): readonly Row[] {
  return [
    {
      what: "idle tick with all rules on: bytes, uncompressed",
      against: `${size(idle.bytes)}: without rules`,
      measured: size(ruled.bytes),
      goal: exactly(ruled.bytes, idle.bytes),
    },
    {
      what: "… requests",
      against: plain(idle.requests),
      measured: plain(ruled.requests),
      goal: exactly(ruled.requests, idle.requests),
    },
    {
      what: "… by the clock, beyond the connection, once started",
      against: duration(idle.ms - idle.connectMs),
      measured: duration(ruled.ms - ruled.connectMs),
      goal: atMostOf(ruled.ms - ruled.connectMs, idle.ms - idle.connectMs, WITH_RULES),
    },
    {
      what: "… processor time",
      against: duration(idle.cpuMs),
      measured: duration(ruled.cpuMs),
      goal: atMostOf(ruled.cpuMs, idle.cpuMs, WITH_RULES),
    },
    { what: "… peak memory", against: megabytes(idle.peakMb), measured: megabytes(ruled.peakMb) },
  ];
}

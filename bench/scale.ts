import { atMost, type Benchmark, exactly, median, plain, type Row, sum } from "./benchmark.ts";
import { billOf, gbSeconds, totalOf } from "./bill.ts";
import { money } from "./cost.ts";
import { writeBetween } from "./document.ts";
import { MONTH_MINUTES } from "./prices.ts";
import { table } from "./report.ts";
import { checkModel } from "./scale/check-model.ts";
import { DELIVERS_AT_ONCE } from "./scale/deliverers.ts";
import { ALL_JOBS, FLEET } from "./scale/fleet.ts";
import { measurePackage, type PackageSize } from "./scale/package-size.ts";
import { MEMORY_MB, POLLS_AT_ONCE } from "./scale/pollers.ts";
import { MINUTES, type Simulated, STORM, simulate } from "./scale/simulate.ts";

/** Limits of AWS: of one partition, of a new table on demand, of a package, of a message. */
const PARTITION_WRITES = 1000;
const PARTITION_READS = 3000;
const NEW_TABLE_WRITES = 4000;
const PACKAGE_BYTES = 250e6;
const MESSAGE_BYTES = 256e3;

export const scale: Benchmark = {
  name: "scale",
  about: `What does a fleet of ${plain(FLEET.namespaces)} namespaces with ${plain(ALL_JOBS)} jobs on ${FLEET.clusters} clusters do to everything that it touches? The real use cases on simulated time: a first tick, ${MINUTES} minutes in which 1 % of the jobs change in an hour, 30 % of them in one namespace of ${plain(FLEET.hotJobs)} jobs, of which ${STORM} fail in one minute.`,
  run: async () => measure(),
  async write() {
    const rows = await measure();
    writeBetween("docs/scale.md", "scale", table(rows));
    return rows;
  },
};

async function measure(): Promise<readonly Row[]> {
  const { local, model } = await checkModel();
  const simulated = await simulate();
  return [
    {
      what: "the model of the table: write units of 20 ticks with deliveries",
      against: `${plain(local.writeUnits)}: DynamoDB Local`,
      measured: plain(model.writeUnits),
      goal: exactly(model.writeUnits, local.writeUnits),
    },
    {
      what: "… read units",
      against: `${plain(local.readUnits)}: DynamoDB Local`,
      measured: plain(model.readUnits),
      goal: atMost(Math.abs(model.readUnits / local.readUnits - 1), 0.05, "off"),
    },
    ...pollRows(simulated),
    ...tableRows(simulated),
    ...deliveryRows(simulated),
    ...firstRows(simulated),
    ...packageRows(measurePackage()),
  ];
}

function pollRows({ ticks, lists, changes }: Simulated): readonly Row[] {
  const { minutes } = ticks;
  const busy = median(minutes.map(({ busyMs }) => busyMs));
  const events = sum(minutes.map(({ events: each }) => each));
  const perCluster = MINUTES * FLEET.clusters;
  return [
    {
      what: "changes that became events",
      against: plain(changes),
      measured: plain(events),
      goal: exactly(events, changes),
    },
    { what: "ticks that failed", measured: plain(sum(minutes.map(({ failed }) => failed))) },
    { what: "lists a minute, of each API server", measured: plain(lists.requests / perCluster, 0) },
    {
      what: "jobs listed a minute, by each API server",
      measured: `${plain(lists.objects / perCluster, 0)}, ${plain(lists.bytes / perCluster / 1e6, 0)} MB of JSON`,
    },
    { what: "messages, and invocations of poll, a minute", measured: plain(minutes[0]?.messages ?? 0) },
    {
      what: "invocations of poll at once, on average (Little's law)",
      against: `${POLLS_AT_ONCE}: as many as may`,
      measured: plain(busy / 60_000, 1),
    },
    {
      what: "a minute's ticks have ended after (estimated)",
      measured: seconds(Math.max(...minutes.map(({ lastMs }) => lastMs))),
      goal: atMost(Math.max(...minutes.map(({ lastMs }) => lastMs)) / 1000, 60, "s"),
    },
    {
      what: "the longest invocation: 20,000 jobs (estimated)",
      measured: seconds(Math.max(...minutes.map(({ longestMs }) => longestMs))),
      goal: atMost(Math.max(...minutes.map(({ longestMs }) => longestMs)) / 1000, 60, "s"),
    },
  ];
}

function tableRows({ ticks: { totals, peaks, minutes } }: Simulated): readonly Row[] {
  const hottest = [...peaks.writes.entries()].map(([sort, { units }]) => [sort, units] as const);
  const month = {
    ...{ writeUnits: totals.writeUnits, readUnits: totals.readUnits },
    sqsRequests: sum(minutes.map(({ messages }) => messages * 2.1)),
    lambdaRequests: sum(minutes.map(({ messages }) => messages)),
    lambdaGbSeconds: sum(minutes.map(({ busyMs }) => gbSeconds(busyMs, MEMORY_MB))),
  };
  const scaled = Object.fromEntries(
    Object.entries(month).map(([name, used]) => [name, (used * MONTH_MINUTES) / MINUTES]),
  );
  const nothing = {
    storedGb: 1,
    recoveryGb: 1,
    schedulerInvocations: 0,
    metrics: 0,
    alarms: 0,
    dashboards: 0,
    logGb: 0,
  };
  const dollars = totalOf(billOf({ ...nothing, ...(scaled as typeof month) }));
  return [
    { what: "requests to the table a minute", measured: plain(totals.requests / MINUTES, 0) },
    {
      what: "write units, read units a minute",
      measured: `${plain(totals.writeUnits / MINUTES, 0)}, ${plain(totals.readUnits / MINUTES, 0)}`,
    },
    {
      what: "write units in the busiest second",
      against: `${plain(NEW_TABLE_WRITES)}: a new table`,
      measured: plain(peaks.tableWrites),
      goal: atMost(peaks.tableWrites, NEW_TABLE_WRITES, ""),
    },
    ...hottest.map(([sort, units]) =>
      heatRow(`hottest partition of ${sort}: write units in a second`, units, PARTITION_WRITES),
    ),
    heatRow(
      "hottest partition: read units in a second",
      Math.max(...[...peaks.reads.values()].map(({ units }) => units)),
      PARTITION_READS,
    ),
    { what: "polling and its table, dollars a month", measured: money(dollars) },
  ];
}

function heatRow(what: string, units: number, limit: number): Row {
  return {
    what,
    against: `${plain(limit)}: a partition's limit`,
    measured: plain(units),
    goal: atMost(units, limit, ""),
  };
}

function deliveryRows({ routed, posts }: Simulated): readonly Row[] {
  const hot = [...posts.byMinute].filter(([name]) => name.startsWith("hot ")).map(([, count]) => count);
  const others = posts.waits.toSorted((a, b) => a - b);
  return [
    {
      what: "events that were routed, and delivered",
      against: plain(routed),
      measured: plain(posts.delivered),
      goal: exactly(posts.delivered, routed),
    },
    { what: "posts that a channel refused for their pace", measured: plain(posts.refused) },
    {
      what: "messages that the busiest channel took in a minute",
      against: "60: what Slack takes",
      measured: `${plain(Math.max(...hot))} at most, ${plain(median(hot))} typically`,
    },
    {
      what: "wait for that channel after 500 failures in a minute, at most",
      measured: seconds(Math.max(...posts.hotWaits)),
    },
    { what: "wait for all other channels, at most", measured: seconds(Math.max(0, ...posts.otherWaits)) },
    {
      what: "invocations of deliver, at once on average",
      against: `${DELIVERS_AT_ONCE}: two for each of four shards`,
      measured: `${plain(posts.deliverInvocations)}, ${plain(posts.deliverBusyMs / (MINUTES * 60_000), 2)}`,
    },
    { what: "half of all messages were there within", measured: seconds(others[Math.floor(others.length / 2)] ?? 0) },
  ];
}

function firstRows({ first }: Simulated): readonly Row[] {
  const [minute] = first.minutes;
  return [
    { what: "first tick of the whole fleet: write units", measured: plain(first.totals.writeUnits) },
    {
      what: "… in its busiest second (estimated)",
      against: `${plain(NEW_TABLE_WRITES)}: a new table`,
      measured: plain(first.peaks.tableWrites),
    },
    { what: "… has ended after (estimated)", measured: seconds(minute?.lastMs ?? 0) },
    {
      what: "… the longest invocation (estimated)",
      against: "115 s: when poll gives up",
      measured: seconds(minute?.longestMs ?? 0),
    },
    heatRow(
      "… the partition of all scopes in the index `listed`: write units in a second",
      first.peaks.writes.get("listed")?.units ?? 0,
      PARTITION_WRITES,
    ),
  ];
}

function packageRows({ bytes, zipped, checkMs, readMs, message }: PackageSize): readonly Row[] {
  return [
    {
      what: "configuration in a function's package",
      against: "250 MB: a package",
      measured: `${plain(bytes / 1e6)} MB, ${plain(zipped / 1e6)} MB zipped`,
      goal: atMost(bytes, PACKAGE_BYTES, "bytes"),
    },
    {
      what: "… to check it, and to read it at each start of a function",
      measured: `${seconds(checkMs)}, ${plain(readMs, 0)} ms`,
    },
    {
      what: "largest message in the queue",
      against: "256 kB: a batch of ten",
      measured: `${plain(message / 1000, 1)} kB`,
      goal: atMost(message * 10, MESSAGE_BYTES, "bytes for ten"),
    },
  ];
}

function seconds(milliseconds: number): string {
  return `${plain(milliseconds / 1000, 1)} s`;
}

import type { Watch } from "#polling/watch";
import { atMost, type Benchmark, plain, type Row } from "./benchmark.ts";
import { type Consumed, openMeteredTable } from "./metered.ts";
import { naiveTick } from "./naive-tick.ts";
import { deliverEach, tickOnce } from "./ticks.ts";
import { ALL_RULES, ROUTES, START, watchesOf, workloadCluster } from "./workload.ts";

/** Nothing has happened yet. */
const IDLE = START + 500;
/** One job has been created, and runs. */
const CHANGED = START + 4000;
/** With rules the first look, and the one a minute later, ask what is due: an index may be behind. */
const SETTLING = [START - 120_000, START - 60_000, START];

export const idleTick: Benchmark = {
  name: "idle-tick",
  about: "What does a tick of one namespace with 500 jobs of three kinds ask of DynamoDB? Counted by DynamoDB Local.",
  async run() {
    const watches = watchesOf(ROUTES.starts);
    await using table = await openMeteredTable(() => START);
    const after = async (work: Promise<unknown>): Promise<Consumed> => {
      await work;
      return table.consumed();
    };
    const first = await after(tickOnce(table.open(), watches, START));
    const naive = await after(
      naiveTick(
        table,
        workloadCluster(() => IDLE),
        watches,
      ),
    );
    const idle = await after(tickOnce(table.open(), watches, IDLE));
    const streams = await tickOnce(table.open(), watches, CHANGED);
    const change = table.consumed();
    if (streams.length !== 1) throw new Error("one job should have changed");
    const delivery = await after(deliverEach(table.open(), streams, CHANGED));
    const ruled = await measureRules(watches);
    return [...idleRows(idle, naive), ...otherRows({ first, change, delivery }), ...ruledRows(ruled, idle)];
  },
};

/** The same with all rules on, in a table of its own. */
async function measureRules(watches: readonly Watch[]): Promise<Readonly<Record<"idle" | "change", Consumed>>> {
  await using table = await openMeteredTable(() => START);
  const ruled = watches.map((watch) => ({ ...watch, rules: ALL_RULES }));
  for (const at of SETTLING) await tickOnce(table.open(), ruled, at);
  table.consumed();
  await tickOnce(table.open(), ruled, IDLE);
  const idle = table.consumed();
  await tickOnce(table.open(), ruled, CHANGED);
  return { idle, change: table.consumed() };
}

function ruledRows({ idle, change }: Readonly<Record<"idle" | "change", Consumed>>, without: Consumed): readonly Row[] {
  const row = (what: string, unit: keyof Consumed): Row => ({
    what: `idle tick with all rules on: ${what}`,
    against: `${plain(without[unit])}: without rules`,
    measured: plain(idle[unit]),
    goal: atMost(idle[unit], without[unit], ""),
  });
  return [
    row("requests", "requests"),
    row("read units", "readUnits"),
    row("write units", "writeUnits"),
    { what: "… tick in which one job of 500 changed, one receiver", measured: words(change) },
  ];
}

function idleRows(idle: Consumed, naive: Consumed): readonly Row[] {
  const row = (what: string, unit: keyof Consumed, most: number): Row => ({
    what: `idle tick: ${what}`,
    against: `${plain(naive[unit])}: reads every row, writes a cursor a kind`,
    measured: plain(idle[unit]),
    goal: atMost(idle[unit], most, ""),
  });
  return [row("requests", "requests", 2), row("read units", "readUnits", 3), row("write units", "writeUnits", 2)];
}

function otherRows(costs: Readonly<Record<"first" | "change" | "delivery", Consumed>>): readonly Row[] {
  return [
    { what: "tick in which one job of 500 changed, one receiver", measured: words(costs.change) },
    { what: "first tick of 500 jobs", measured: words(costs.first) },
    { what: "one delivery, from the table's stream to settled", measured: words(costs.delivery) },
  ];
}

function words({ requests, readUnits, writeUnits }: Consumed): string {
  return `${plain(requests)} requests, ${plain(readUnits)} read units, ${plain(writeUnits)} write units`;
}

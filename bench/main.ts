import { parseArgs } from "node:util";
import type { Benchmark } from "./benchmark.ts";
import { cloudImport } from "./cloud-import.ts";
import { cloudSize } from "./cloud-size.ts";
import { clusterRead } from "./cluster-read.ts";
import { cost } from "./cost.ts";
import { deliver } from "./deliver.ts";
import { idleTick } from "./idle-tick.ts";
import { heading, isMissed, machine, table } from "./report.ts";
import { scale } from "./scale.ts";

const BENCHMARKS: readonly Benchmark[] = [cloudSize, cloudImport, idleTick, cost, scale, ...clusterRead, deliver];

const NAMES = new Set(BENCHMARKS.flatMap(({ name, group = name }) => [group, name]));

const USAGE = `usage: npm run bench -- [--write] [${[...NAMES].join("|")} …]`;

/** Runs the named benchmarks, all by default. Answers the exit code: 1 where a count or a size is worse than its goal, 2 for bad usage. */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { write: { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !NAMES.has(name));
  if (unknown.length > 0) {
    process.stderr.write(`there is no benchmark ${unknown.join(", ")}\n${USAGE}\n`);
    return 2;
  }
  const isAsked = ({ name, group = name }: Benchmark) => positionals.includes(name) || positionals.includes(group);
  const chosen = BENCHMARKS.filter((each) => positionals.length === 0 || isAsked(each));
  say(machine());
  let missed = false;
  for (const benchmark of chosen) {
    const rows = await (values.write && benchmark.write ? benchmark.write() : benchmark.run());
    say(`\n${heading(benchmark)}\n${table(rows)}`);
    missed ||= rows.some(isMissed);
  }
  return Number(missed);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main(process.argv.slice(2));

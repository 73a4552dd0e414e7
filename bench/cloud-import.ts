import { execFileSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { FUNCTIONS } from "../infra/functions.ts";
import { atMost, type Benchmark, median, plain, type Row } from "./benchmark.ts";
import { type Bundles, openBundles } from "./bundles.ts";

const PAIRS = 15;
const MOST_RATIO = 1.25;

export const cloudImport: Benchmark = {
  name: "cloud-import",
  about: `How long does a fresh process take to import each function? The median of ${PAIRS} runs, and of the ratios to the run of the baseline right beside it.`,
  async run() {
    using bundles = await openBundles();
    return FUNCTIONS.map((name): Row => {
      const pairs = Array.from({ length: PAIRS }, (_, index) => pair(bundles, name, index % 2 === 0));
      const ratio = median(pairs.map(([own, other]) => own / other));
      return {
        what: name,
        against: `${plain(median(pairs.map(([, other]) => other)), 1)} ms: the client of DynamoDB alone`,
        measured: `${plain(median(pairs.map(([own]) => own)), 1)} ms, ${plain(ratio)} of it`,
        goal: atMost(ratio, MOST_RATIO, "of it", "time"),
      };
    });
  },
};

/** Whatever else the machine does meets both; who goes first changes. */
function pair(bundles: Bundles, name: (typeof FUNCTIONS)[number], first: boolean): readonly [number, number] {
  if (first) return [importMs(bundles.path(name)), importMs(bundles.path("baseline"))];
  const other = importMs(bundles.path("baseline"));
  return [importMs(bundles.path(name)), other];
}

/** Milliseconds of one import, with the options that a function is started with, and not those of the bench. */
function importMs(path: string): number {
  const program = `const t=performance.now();await import(${JSON.stringify(pathToFileURL(path).href)});console.log(performance.now()-t)`;
  const env = { ...process.env, NODE_OPTIONS: "--enable-source-maps", AWS_REGION: "us-east-1" };
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", program], { env, encoding: "utf8" }));
}

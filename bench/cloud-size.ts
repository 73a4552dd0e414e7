import { FUNCTIONS, type FunctionName } from "../infra/functions.ts";
import { atMost, type Benchmark, plain, type Row } from "./benchmark.ts";
import { openBundles } from "./bundles.ts";

const GOALS: Readonly<Record<FunctionName, number>> = { schedule: 450, poll: 450, deliver: 600, retry: 600 };

export const cloudSize: Benchmark = {
  name: "cloud-size",
  about: "How large is the code of each function, minified, without its source map?",
  async run() {
    using bundles = await openBundles();
    const against = `${kilobytes(bundles.bytes.baseline)}: the client of DynamoDB alone, bundled plainly`;
    return FUNCTIONS.map((name): Row => {
      const bytes = bundles.bytes[name];
      return { what: name, against, measured: kilobytes(bytes), goal: atMost(bytes / 1000, GOALS[name], "kB") };
    });
  },
};

function kilobytes(bytes: number): string {
  return `${plain(bytes / 1000, 0)} kB`;
}

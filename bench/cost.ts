import { atMost, type Benchmark, plain, type Row } from "./benchmark.ts";
import { add, beyondFree, billOf, fargateMonth, multiply, podMonth, totalOf } from "./bill.ts";
import { measureEfforts } from "./cloud-times.ts";
import { measureMonth, measureRetry } from "./cloud-units.ts";
import { documented, writeTables } from "./cost-doc.ts";
import { usageOfInstallation, usageOfNamespace } from "./cost-model.ts";
import type { Usage } from "./prices.ts";

const MOST_DOLLARS = 0.25;
/** Two measurements on one machine differ by less. */
const MOST_DRIFT = 0.2;

/** What one more namespace uses in a month, by what it is told of; and what the installation itself does. */
export interface Measured {
  readonly failures: Usage;
  readonly ends: Usage;
  readonly starts: Usage;
  /** `failures` where a message has no other namespace. */
  readonly alone: Usage;
  readonly installation: Usage;
  /** Posts a month, for what one of them costs. */
  readonly posts: Readonly<Record<"failures" | "ends" | "starts", number>>;
}

export const cost: Benchmark = {
  name: "cost",
  about:
    "What does a month cost, in us-east-1, before the free tier? Units and requests are counted, processor time and bytes are measured, waiting is assumed (docs/cost.md).",
  run: async () => rowsOf(await measure()),
  async write() {
    const measured = await measure();
    writeTables(measured);
    return rowsOf(measured);
  },
};

async function measure(): Promise<Measured> {
  const efforts = await measureEfforts();
  const [failures, ends, starts] = [
    await measureMonth("failures"),
    await measureMonth("ends"),
    await measureMonth("starts"),
  ];
  return {
    failures: usageOfNamespace(failures, efforts),
    ends: usageOfNamespace(ends, efforts),
    starts: usageOfNamespace(starts, efforts),
    alone: usageOfNamespace(failures, efforts, 1),
    installation: usageOfInstallation(await measureRetry(), efforts),
    posts: { failures: failures.posts, ends: ends.posts, starts: starts.posts },
  };
}

function dollars(usage: Usage): number {
  return totalOf(billOf(usage));
}

/** An amount in dollars, to the cent below a hundred, or to as many digits as are given. */
export function money(amount: number, digits = 2): string {
  return amount < 100 ? `$${amount.toFixed(digits)}` : `$${plain(amount, 0)}`;
}

function rowsOf({ failures, ends, starts, alone, installation, posts }: Measured): readonly Row[] {
  const perPost = (dollars(starts) - dollars(failures)) / (posts.starts - posts.failures);
  const one = add(installation, alone);
  const written = documented();
  return [
    {
      what: "one more namespace: 500 jobs, 1,000 a day, told of failures",
      against: `${money(podMonth(128))}: a pod of 128 MiB, always on`,
      measured: money(dollars(failures)),
      goal: atMost(dollars(failures), MOST_DOLLARS, "dollars"),
    },
    {
      what: "… as docs/cost.md says",
      measured: money(written),
      goal: atMost(Math.abs(written / dollars(failures) - 1), MOST_DRIFT, "off", "time"),
    },
    { what: "… told of every end", measured: money(dollars(ends)) },
    { what: "… told of Running and every end", measured: money(dollars(starts)) },
    { what: "a million posts, their rows included", measured: money(perPost * 1e6) },
    { what: "the installation, without any namespace", measured: money(dollars(installation)) },
    {
      what: "installation and one such namespace",
      against: `${money(fargateMonth(0.25, 0.5))}: the smallest task of Fargate`,
      measured: `${money(dollars(one))}, ${money(dollars(beyondFree(one)))} beyond the free tier`,
    },
    {
      what: "… and 10,000 of them",
      measured: money(dollars(beyondFree(add(installation, multiply(failures, 10_000))))),
    },
  ];
}

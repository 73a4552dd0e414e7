import { type Consumed, openMeteredTable, plus, times } from "./metered.ts";
import { MONTH_MINUTES } from "./prices.ts";
import { deliverEach, tickOnce } from "./ticks.ts";
import { ROUTES, START, watchesOf } from "./workload.ts";

/** Ticks that stand for a month. Jobs come at even distances, so that four hours are as good as thirty days. */
const TICKS = 240;
const MINUTE = 60_000;

export type RouteName = keyof typeof ROUTES;

/** What a month of the workload asks of DynamoDB. */
export interface MonthOfUnits {
  readonly poll: Consumed;
  readonly deliver: Consumed;
  /** Ticks that found something to write, and posts. */
  readonly busyTicks: number;
  readonly posts: number;
}

/** Runs four hours of the workload, a tick a minute, each in a process of its own, and delivers what they queue. */
export async function measureMonth(name: RouteName): Promise<MonthOfUnits> {
  const watches = watchesOf(ROUTES[name]);
  let now = START;
  await using table = await openMeteredTable(() => now);
  await tickOnce(table.open(), watches, now);
  table.consumed();
  let [poll, deliver, busyTicks, posts] = [times(table.consumed(), 0), times(table.consumed(), 0), 0, 0];
  for (let tick = 1; tick <= TICKS; tick += 1) {
    now = START + tick * MINUTE;
    const streams = await tickOnce(table.open(), watches, now);
    const ticked = table.consumed();
    if (ticked.requests > 2) busyTicks += 1;
    poll = plus(poll, ticked);
    // One invocation has a batch of the records that a tick caused.
    posts += await deliverEach(table.open(), streams, now);
    deliver = plus(deliver, table.consumed());
  }
  const month = MONTH_MINUTES / TICKS;
  return {
    ...{ poll: times(poll, month), deliver: times(deliver, month) },
    ...{ busyTicks: busyTicks * month, posts: posts * month },
  };
}

/** What the retry function asks of DynamoDB in a month in which nothing is due. */
export async function measureRetry(): Promise<Consumed> {
  await using table = await openMeteredTable(() => START);
  const store = table.open();
  await store.due(START, 64);
  await store.counts();
  return times(table.consumed(), MONTH_MINUTES);
}

import { MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Context } from "aws-lambda";
import * as z from "zod";
import type { Store } from "#store/store";
import { leftAlone } from "#wiring/quiet";
import { packagedConfig } from "./config.ts";
import { deadlines, deliverer } from "./deliverer.ts";
import { metrics } from "./observe.ts";
import { store } from "./store.ts";

/** What the schedule sends: the shards of the outbox that this worker looks at, all where it names none. */
const Work = z.object({ shards: z.array(z.int().min(0)).optional() });

/** What is due is posted, and what is left is counted. */
export async function retry(event: unknown, context: Context): Promise<void> {
  const { stop, cut } = deadlines(context);
  const over = store(Work.parse(event).shards);
  try {
    await (await deliverer(over)).deliverDue(stop, cut);
  } finally {
    await count(over, leftAlone(packagedConfig().receivers, Date.now()));
  }
}

/** Also where something went wrong: the alarm on what waits is told by these. */
async function count(over: Store, isLeftAlone: (receiver: string) => boolean): Promise<void> {
  const { pending, held, dead, oldestPendingAt } = await over.counts(isLeftAlone);
  metrics.addMetric("PendingDeliveries", MetricUnit.Count, pending - held);
  metrics.addMetric("DeadDeliveries", MetricUnit.Count, dead);
  const age = oldestPendingAt === undefined ? 0 : Date.now() - oldestPendingAt;
  metrics.addMetric("OldestPending", MetricUnit.Seconds, Math.max(0, age) / 1000);
}

import { MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Context } from "aws-lambda";
import { type Deliverer, openDeliverer } from "#delivery/deliver";
import { receiverNamed } from "#delivery/outlets";
import type { Receiver } from "#receivers/receiver";
import type { Delivery, Settlement, Store } from "#store/store";
import { pause } from "#wiring";
import { deadline, logger, metrics } from "./observe.ts";
import { receivers } from "./receivers.ts";

let opened:
  | { readonly to: ReadonlyMap<string, Receiver>; readonly over: Store; readonly deliverer: Deliverer }
  | undefined;

/** Over this store, and kept as long as the receivers are: it knows who was served last, and who asked for patience. */
export async function deliverer(over: Store): Promise<Deliverer> {
  const to = await receivers.get(Date.now());
  if (opened?.to !== to || opened.over !== over) opened = { to, over, deliverer: open(over, to) };
  return opened.deliverer;
}

/** A post takes up to ten seconds, and what became of it must be written down. */
const CUT_MARGIN_MS = 3_000;
/** Nothing is begun then: what waits is due, and the retry function's. A slow receiver so holds the stream up for no longer. */
const STOP_MARGIN_MS = 15_000;

/** When an invocation begins nothing more, and when it cuts what is under way. */
export function deadlines(context: Context): { readonly stop: AbortSignal; readonly cut: AbortSignal } {
  return { stop: deadline(context, STOP_MARGIN_MS), cut: deadline(context, CUT_MARGIN_MS) };
}

function open(over: Store, to: ReadonlyMap<string, Receiver>): Deliverer {
  const onSettled = (delivery: Delivery, settlement: Settlement) =>
    report(delivery, settlement, receiverNamed(to, delivery.receiver)?.kind ?? "unknown");
  return openDeliverer({ store: over, receivers: to, now: Date.now, random: Math.random, pause, onSettled });
}

function report({ receiver, event, attempts, queuedAt }: Delivery, settlement: Settlement, kind: string): void {
  const outcome = metrics.singleMetric();
  outcome.addDimensions({ receiver: kind, outcome: settlement.state });
  outcome.addMetric("Deliveries", MetricUnit.Count, 1);
  const ids = { delivery: `${receiver}/${event.id}`, eventId: event.id, receiver, attempts };
  switch (settlement.state) {
    case "delivered":
      metrics.addMetric("Lag", MetricUnit.Seconds, Math.max(0, (settlement.at - Date.parse(event.at)) / 1000));
      logger.info("delivered", { ...ids, waitedMs: settlement.at - queuedAt });
      return;
    case "retry":
      logger.warn("will be tried again", { ...ids, reason: settlement.error });
      return;
    case "dead":
      metrics.addMetric("DeliveriesGivenUp", MetricUnit.Count, 1);
      logger.error("given up", { ...ids, reason: settlement.error });
      return;
    default:
      settlement satisfies never;
  }
}

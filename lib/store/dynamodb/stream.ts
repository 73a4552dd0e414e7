import type { Millis } from "../store.ts";
import { isPending } from "./conditions.ts";
import { byOrder, decodeDelivery, deliveryKey, type HeldDelivery } from "./delivery-row.ts";
import { allOf, expressions, piece } from "./expressions.ts";
import { all, type Table, update } from "./requests.ts";

/**
 * The pending deliveries of a stream, in order. Read strongly and from the table: an index is behind, and the first of a
 * stream must not be overlooked. A stream has the few events of one job.
 */
export async function pendingOf(table: Table, partition: string): Promise<readonly HeldDelivery[]> {
  const condition = piece("#pk = :pk", { ":pk": partition });
  const query = expressions({ KeyConditionExpression: condition, FilterExpression: isPending });
  const found = await all(table, { ...query, ConsistentRead: true });
  return found.map(decodeDelivery).sort(byOrder);
}

/**
 * Lets what waits behind the first of a stream wait as long as it does: the index `due` would bring it up again and
 * again. It is never made to wait longer, so that nothing is late when the first has gone.
 */
export async function waitFor(table: Table, head: HeldDelivery, later: readonly HeldDelivery[]): Promise<void> {
  const { nextAttemptAt } = head.delivery;
  const early = later.filter(({ delivery }) => delivery.nextAttemptAt < nextAttemptAt);
  await Promise.all(early.map((each) => postpone(table, each, nextAttemptAt)));
}

async function postpone(table: Table, { delivery }: HeldDelivery, until: Millis): Promise<void> {
  const sooner = piece("#nextAttemptAt < :until", { ":until": until });
  await update(table, deliveryKey(delivery), { set: { nextAttemptAt: until } }, allOf(isPending, sooner));
}

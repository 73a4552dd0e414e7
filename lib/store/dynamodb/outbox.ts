import { KEEP } from "../keep.ts";
import { settledAt } from "../settled-at.ts";
import type { Delivery, Lease, Millis, Settlement, Stream } from "../store.ts";
import { isAsRead, isAttemptOf, isDueBy, isFree, isKept, isPending, ttl } from "./conditions.ts";
import { decodeDelivery, deliveryKey } from "./delivery-row.ts";
import { allOf, type Change } from "./expressions.ts";
import { deadList, type Key, shardOf, streamPartition } from "./keys.ts";
import { encodeMemo } from "./memos.ts";
import { type Table, update, updateBeside } from "./requests.ts";
import { pendingOf, waitFor } from "./stream.ts";

export async function head(table: Table, stream: Stream): Promise<Delivery | undefined> {
  const [first] = await pendingOf(table, streamPartition(stream));
  return first?.delivery;
}

export async function claimDelivery(
  table: Table,
  delivery: Delivery,
  { until }: Lease,
  now: Millis,
): Promise<Delivery | "taken"> {
  const change = { set: { owner: table.owner, until: Math.ceil(until) }, add: { attempts: 1 } };
  const condition = allOf(isPending, isDueBy(now), isFree(now));
  const row = await update(table, deliveryKey(delivery), change, condition);
  return row === undefined ? "taken" : decodeDelivery(row).delivery;
}

export async function settle(
  table: Table,
  claimed: Delivery,
  settlement: Settlement,
  memo: string | undefined,
): Promise<"settled" | "taken"> {
  const key = deliveryKey(claimed);
  const change = written(key, settlement);
  const condition = isAttemptOf(claimed, table.owner);
  const row =
    memo === undefined
      ? await update(table, key, change, condition)
      : await updateBeside(table, key, change, condition, encodeMemo(claimed, memo, settledAt(settlement)));
  if (row === undefined) return "taken";
  if (settlement.state === "retry") await letOthersWait(table, key);
  return "settled";
}

/** The row is due at once, wherever it was listed before. */
export async function replay(table: Table, delivery: Delivery, now: Millis): Promise<"queued" | "changed"> {
  if (delivery.state === "pending") return "changed";
  const key = deliveryKey(delivery);
  const at = Math.ceil(now);
  const queuedAt = Math.max(at, delivery.queuedAt + 1);
  const fresh = { state: "pending", attempts: 0, failures: 0, nextAttemptAt: at, queuedAt, dueShard: shardOf(key.pk) };
  const change = { set: fresh, remove: ["error", "digest", "ttl", "list", "listedAt"] };
  const row = await update(table, key, change, allOf(isAsRead(delivery), isKept(now)));
  return row === undefined ? "changed" : "queued";
}

async function letOthersWait(table: Table, { pk }: Key): Promise<void> {
  const [first, ...later] = await pendingOf(table, pk);
  if (first !== undefined) await waitFor(table, first, later);
}

function written({ pk }: Key, settlement: Settlement): Change {
  const lease = ["owner", "until"];
  switch (settlement.state) {
    case "retry": {
      const { nextAttemptAt, failed, error } = settlement;
      return {
        set: { nextAttemptAt: Math.ceil(nextAttemptAt), error },
        remove: lease,
        add: { failures: Number(failed) },
      };
    }
    case "dead": {
      const { state, at, error } = settlement;
      const listing = { list: deadList(shardOf(pk)), listedAt: at };
      return { set: { state, error, ttl: ttl(at + KEEP.dead), ...listing }, remove: [...lease, "dueShard"] };
    }
    case "delivered": {
      const { state, at, digest } = settlement;
      const set = { state, ttl: ttl(at + KEEP.delivered), ...(digest !== undefined && { digest }) };
      return { set, remove: [...lease, "dueShard", "error"] };
    }
    default:
      return settlement satisfies never;
  }
}

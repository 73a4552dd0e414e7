import { KEEP } from "../keep.ts";
import type { Delivery, Lease, Millis, Settlement, Stream } from "../store.ts";
import { isAttemptOf, isDueBy, isFree, isPending, ttl } from "./conditions.ts";
import { decodeDelivery, deliveryKey } from "./delivery-row.ts";
import { allOf, type Change } from "./expressions.ts";
import { deadList, type Key, shardOf, streamPartition } from "./keys.ts";
import { type Table, update } from "./requests.ts";
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

export async function settle(table: Table, claimed: Delivery, settlement: Settlement): Promise<"settled" | "taken"> {
  const key = deliveryKey(claimed);
  const row = await update(table, key, written(key, settlement), isAttemptOf(claimed, table.owner));
  if (row === undefined) return "taken";
  if (settlement.state === "retry") await letOthersWait(table, key);
  return "settled";
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
      const { state, at } = settlement;
      return { set: { state, ttl: ttl(at + KEEP.delivered) }, remove: [...lease, "dueShard", "error"] };
    }
    default:
      return settlement satisfies never;
  }
}

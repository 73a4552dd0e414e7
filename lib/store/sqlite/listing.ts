import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import type { Delivery, DeliveryQuery } from "../store.ts";
import { DeliveryRow } from "./delivery-row.ts";

// Put in order without their events: those of a storm would be sorted through temporary files.
const WAITING = `
  WITH place AS (
    SELECT rowid AS id, uid,
      first_value(queued_at) OVER stream AS head_at,
      first_value("order") OVER stream AS head_order,
      row_number() OVER stream AS place
    FROM delivery WHERE state = 'pending' AND receiver = :receiver
    WINDOW stream AS (PARTITION BY uid ORDER BY "order", event_id)
    ORDER BY head_at, head_order, uid, place LIMIT :limit)
  SELECT delivery.* FROM place JOIN delivery ON delivery.rowid = place.id
  ORDER BY head_at, head_order, place.uid, place`;
const LIST = `
  SELECT * FROM delivery
  WHERE (:state IS NULL OR state = :state) AND (:receiver IS NULL OR receiver = :receiver)
    AND (:eventId IS NULL OR event_id = :eventId) AND (:digest IS NULL OR digest = :digest)
  ORDER BY queued_at DESC, "order" DESC, event_id, receiver LIMIT :limit`;

/** Deliveries by what they are, and not by whose turn it is. */
export function listing(database: DatabaseSync) {
  const waiting = database.prepare(WAITING);
  const list = database.prepare(LIST);

  return {
    waiting(receiver: string, limit: number): readonly Delivery[] {
      return z.array(DeliveryRow).parse(waiting.all({ receiver, limit }));
    },
    deliveries({ state, receiver, eventId, digest, limit }: DeliveryQuery): readonly Delivery[] {
      const wanted = { state: state ?? null, receiver: receiver ?? null, eventId: eventId ?? null };
      return z.array(DeliveryRow).parse(list.all({ ...wanted, digest: digest ?? null, limit }));
    },
  };
}

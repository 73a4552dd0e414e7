import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import type { Stamped } from "../stamp.ts";
import type { Delivery, Lease, Millis, OutboxCounts, Settlement, Stream } from "../store.ts";
import { DeliveryRow } from "./delivery-row.ts";

const Pending = z.array(z.object({ receiver: z.string(), pending: z.number(), oldest: z.number() }));
const Dead = z.object({ dead: z.number() });

const QUEUE = `
  INSERT INTO delivery (event_id, receiver, uid, event, "order", state, queued_at, next_attempt_at)
  VALUES (:id, :receiver, :uid, :event, :order, 'pending', :now, :now)
  ON CONFLICT DO NOTHING`;
const DUE = `
  SELECT * FROM delivery AS head
  WHERE state = 'pending' AND next_attempt_at <= :now AND (owner IS NULL OR until <= :now)
    AND receiver NOT IN (SELECT value FROM json_each(:except)) AND NOT EXISTS (
    SELECT 1 FROM delivery AS earlier
    WHERE earlier.state = 'pending' AND earlier.uid = head.uid AND earlier.receiver = head.receiver
      AND (earlier."order", earlier.event_id) < (head."order", head.event_id))
  ORDER BY next_attempt_at, "order" LIMIT :limit`;
const HEAD = `
  SELECT * FROM delivery WHERE state = 'pending' AND uid = :uid AND receiver = :receiver
  ORDER BY "order", event_id LIMIT 1`;
const CLAIM = `
  UPDATE delivery SET owner = :owner, until = :until, attempts = attempts + 1
  WHERE event_id = :id AND receiver = :receiver AND state = 'pending'
    AND next_attempt_at <= :now AND (owner IS NULL OR until <= :now)
  RETURNING *`;
// `attempts` tells this attempt from a later one of the same owner, and `queued_at` from one after a replay.
const HELD = `
  event_id = :id AND receiver = :receiver AND state = 'pending' AND owner = :owner AND attempts = :attempts
    AND queued_at = :queuedAt`;
const RETRY = `
  UPDATE delivery SET next_attempt_at = :at, failures = failures + :failed, error = :error, owner = NULL, until = NULL
  WHERE ${HELD}`;
const SETTLE = `
  UPDATE delivery SET state = :state, settled_at = :at, error = :error, digest = :digest, owner = NULL, until = NULL
  WHERE ${HELD}`;
// The same moment twice would make two times of one: `queued_at` always grows.
const REPLAY = `
  UPDATE delivery SET state = 'pending', attempts = 0, failures = 0, next_attempt_at = :now,
    queued_at = max(:now, queued_at + 1), settled_at = NULL, error = NULL, digest = NULL
  WHERE event_id = :id AND receiver = :receiver AND state = :state AND state <> 'pending'
    AND attempts = :attempts AND queued_at = :queuedAt`;
const PENDING = `
  SELECT receiver, count(*) AS pending, min(queued_at) AS oldest FROM delivery WHERE state = 'pending' GROUP BY receiver`;
const DEAD = "SELECT count(*) AS dead FROM delivery WHERE state = 'dead'";

/** The deliveries, from their queueing to the end of their keep. */
export function outboxTable(database: DatabaseSync, owner: string) {
  const queue = database.prepare(QUEUE);
  const due = database.prepare(DUE);
  const head = database.prepare(HEAD);
  const claim = database.prepare(CLAIM);
  const retry = database.prepare(RETRY);
  const settle = database.prepare(SETTLE);
  const replay = database.prepare(REPLAY);
  const pending = database.prepare(PENDING);
  const dead = database.prepare(DEAD);

  function writeDown(held: Record<string, string | number>, settlement: Settlement) {
    switch (settlement.state) {
      case "retry": {
        const { nextAttemptAt, failed, error } = settlement;
        return retry.run({ ...held, at: Math.ceil(nextAttemptAt), failed: Number(failed), error });
      }
      case "dead":
        return settle.run({ ...held, ...settlement, digest: null });
      case "delivered":
        return settle.run({ ...held, ...settlement, error: null, digest: settlement.digest ?? null });
      default:
        return settlement satisfies never;
    }
  }

  return {
    queue(deliveries: Stamped["deliveries"], now: Millis): void {
      for (const { receiver, event, order } of deliveries) {
        queue.run({ id: event.id, receiver, uid: event.uid, event: JSON.stringify(event), order, now });
      }
    },
    due(now: Millis, limit: number, except: readonly string[]): readonly Delivery[] {
      return z.array(DeliveryRow).parse(due.all({ now, limit, except: JSON.stringify(except) }));
    },
    head({ uid, receiver }: Stream): Delivery | undefined {
      const row = head.get({ uid, receiver });
      return row === undefined ? undefined : DeliveryRow.parse(row);
    },
    claim({ event, receiver }: Delivery, { until }: Lease, now: Millis): Delivery | "taken" {
      const row = claim.get({ id: event.id, receiver, owner, until: Math.ceil(until), now });
      return row === undefined ? "taken" : DeliveryRow.parse(row);
    },
    settle({ event, receiver, attempts, queuedAt }: Delivery, settlement: Settlement): "settled" | "taken" {
      const { changes } = writeDown({ id: event.id, receiver, owner, attempts, queuedAt }, settlement);
      return changes === 1 ? "settled" : "taken";
    },
    replay({ event, receiver, state, attempts, queuedAt }: Delivery, now: Millis): "queued" | "changed" {
      const { changes } = replay.run({ id: event.id, receiver, state, attempts, queuedAt, now });
      return changes === 1 ? "queued" : "changed";
    },
    counts(isLeftAlone: (receiver: string) => boolean): OutboxCounts {
      const all = Pending.parse(pending.all());
      const waiting = all.filter(({ receiver }) => !isLeftAlone(receiver));
      const sum = (rows: typeof all) => rows.reduce((total, row) => total + row.pending, 0);
      const oldest = waiting.map((row) => row.oldest).sort((a, b) => a - b);
      return {
        pending: sum(all),
        held: sum(all) - sum(waiting),
        ...Dead.parse(dead.get()),
        oldestPendingAt: oldest[0],
      };
    },
  };
}

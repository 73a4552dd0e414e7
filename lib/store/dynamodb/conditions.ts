import type { Claim, Delivery, Millis } from "../store.ts";
import { allOf, anyOf, type Piece, piece } from "./expressions.ts";

/** DynamoDB's time to live, which counts in seconds. */
export function ttl(at: Millis): number {
  return Math.ceil(at / 1000);
}

// A row past its time to live is dropped up to two days late: until then it counts as absent.
export function isKept(now: Millis): Piece {
  return anyOf(piece("attribute_not_exists(#ttl)"), piece("#ttl > :nowInSeconds", { ":nowInSeconds": now / 1000 }));
}

export function isAbsent(now: Millis): Piece {
  return anyOf(piece("attribute_not_exists(#pk)"), piece("#ttl <= :nowInSeconds", { ":nowInSeconds": now / 1000 }));
}

/** The same of a row that was read by its key. */
export function isDropped({ ttl }: { readonly ttl?: number | undefined }, now: Millis): boolean {
  return ttl !== undefined && ttl <= now / 1000;
}

export function hasVersion(version: number): Piece {
  return piece("#v = :before", { ":before": version });
}

export const isPending: Piece = piece("#state = :pending", { ":pending": "pending" });

export function isDueBy(now: Millis): Piece {
  return piece("#nextAttemptAt <= :now", { ":now": now });
}

/** Nobody holds the lease, or its holder is late. */
export function isFree(now: Millis): Piece {
  return anyOf(piece("attribute_not_exists(#owner)"), piece("#until <= :now", { ":now": now }));
}

function isHeldBy(owner: string): Piece {
  return piece("#owner = :owner", { ":owner": owner });
}

/** This claim on a scope, and no other one of the same owner. */
export function isClaim({ number }: Claim, owner: string): Piece {
  return allOf(isHeldBy(owner), piece("#n = :claim", { ":claim": number }));
}

/** The attempt that was claimed, and no later one of the same owner, be it after a replay. */
export function isAttemptOf(claimed: Delivery, owner: string): Piece {
  return allOf(isPending, isHeldBy(owner), isLifeOf(claimed));
}

/** Nothing was attempted, settled or replayed since it was read. */
export function isAsRead(delivery: Delivery): Piece {
  return allOf(piece("#state = :was", { ":was": delivery.state }), isLifeOf(delivery));
}

function isLifeOf({ attempts, queuedAt }: Delivery): Piece {
  const values = { ":attempts": attempts, ":queuedAt": queuedAt };
  return piece("#attempts = :attempts AND #queuedAt = :queuedAt", values);
}

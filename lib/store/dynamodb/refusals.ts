import { setTimeout } from "node:timers/promises";
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";

/** The code of an action whose condition does not hold. */
export const CONDITION_FAILED = "ConditionalCheckFailed";
/** The code of an action on a row that some other write works on at the same moment. */
export const CONFLICT = "TransactionConflict";

/** How often a write is tried in all where others get in the way. */
export const TRIES = 5;
const FIRST_PAUSE_MS = 25;

/** Why DynamoDB refused a write: a code for each of its actions, `None` for those that are not to blame. Empty for every other error. */
export function refusals(error: unknown): readonly string[] {
  if (error instanceof ConditionalCheckFailedException) return [CONDITION_FAILED];
  if (error instanceof TransactionConflictException) return [CONFLICT];
  if (!(error instanceof TransactionCanceledException)) return [];
  return error.CancellationReasons?.map(({ Code }) => Code ?? "None") ?? [];
}

// The SDK repeats throttled requests by itself, but not a transaction that was cancelled for that reason.
export function mayPass(codes: readonly string[]): boolean {
  return codes.some((code) => [CONFLICT, "ThrottlingError", "ProvisionedThroughputExceeded"].includes(code));
}

/** Waits before the next try: a random part of a time that doubles, so that two writers do not meet again. */
export async function pause(tries: number): Promise<void> {
  await setTimeout(Math.random() * FIRST_PAUSE_MS * 2 ** tries);
}

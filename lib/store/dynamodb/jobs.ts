import { DeleteCommand, PutCommand, TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { type Stamped, stamp } from "../stamp.ts";
import type { Advance, JobRow, Millis } from "../store.ts";
import { StoreError } from "../store-error.ts";
import { hasVersion, isAbsent, isKept } from "./conditions.ts";
import { encodeDelivery } from "./delivery-row.ts";
import { expressions, piece } from "./expressions.ts";
import { decodeJob, encodeJob } from "./job-row.ts";
import { bucketPrefix, JOB, jobKey, watchPartition } from "./keys.ts";
import { CONDITION_FAILED, CONFLICT, mayPass, pause, refusals, TRIES } from "./refusals.ts";
import { all, readAll, type Table } from "./requests.ts";

type Action = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

// DynamoDB's limit for one transaction.
const MOST_ACTIONS = 100;

/**
 * Read strongly. A write from an older row would be refused, but nothing refuses the conclusion that there is nothing to
 * write: of a new job that is not seen, and not listed any more, nobody would ever hear that it vanished.
 */
export async function jobs(
  table: Table,
  watch: string,
  buckets?: readonly number[],
): Promise<ReadonlyMap<string, JobRow>> {
  const prefixes = buckets?.map(bucketPrefix) ?? [JOB];
  const found = await Promise.all(prefixes.map((prefix) => jobsUnder(table, watch, prefix)));
  return new Map(
    found
      .flat()
      .sort(byKey)
      .map((row) => [row.key, row]),
  );
}

/** A row costs one read unit here and a tenth of one in {@link jobs}: it is for few among many. */
export async function jobsNamed(
  table: Table,
  watch: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, JobRow>> {
  const found = await readAll(
    table,
    keys.map((key) => jobKey(watch, key)),
  );
  return new Map(found.map(decodeJob).map((row) => [row.key, row]));
}

async function jobsUnder(table: Table, watch: string, prefix: string): Promise<readonly JobRow[]> {
  const rows = piece("#pk = :pk AND begins_with(#sk, :prefix)", { ":pk": watchPartition(watch), ":prefix": prefix });
  const query = expressions({ KeyConditionExpression: rows, FilterExpression: isKept(table.now()) });
  return (await all(table, { ...query, ConsistentRead: true })).map(decodeJob);
}

function byKey(a: JobRow, b: JobRow): number {
  return a.key < b.key ? -1 : 1;
}

export async function advance(table: Table, step: Advance): Promise<"advanced" | "stale"> {
  const stamped = stamp(step);
  if (stamped.deliveries.length >= MOST_ACTIONS) throw tooMany(step, stamped);
  const puts = stamped.deliveries.map((delivery) => putDelivery(table, delivery, step.now));
  return write(table, moveJob(table, step, stamped.version), puts);
}

function tooMany({ key }: Advance, { deliveries }: Stamped): StoreError {
  const advice = `${MOST_ACTIONS - 1} fit in one transaction: route its events to fewer receivers`;
  return new StoreError("too-large", `The job ${key} causes ${deliveries.length} deliveries at once, ${advice}.`);
}

function moveJob({ name }: Table, step: Advance, version: number): Action {
  const { watch, key, before, after, now } = step;
  const condition = before === undefined ? isAbsent(now) : hasVersion(before.version);
  const request = { TableName: name, ...expressions({ ConditionExpression: condition }) };
  if (after !== undefined) return { Put: { ...request, Item: encodeJob(step, version, after) } };
  const Key = jobKey(watch, key);
  return before === undefined ? { ConditionCheck: { ...request, Key } } : { Delete: { ...request, Key } };
}

function putDelivery({ name }: Table, delivery: Stamped["deliveries"][number], now: Millis): Action {
  const condition = expressions({ ConditionExpression: isAbsent(now) });
  return { Put: { TableName: name, Item: encodeDelivery(delivery, now), ...condition } };
}

async function write(table: Table, job: Action, puts: readonly Action[], tries = 1): Promise<"advanced" | "stale"> {
  const error = await failureOf(table, [job, ...puts]);
  if (error === undefined) return "advanced";
  const codes = refusals(error);
  if (codes[0] === CONDITION_FAILED) return "stale";
  const missing = puts.filter((_, index) => codes[index + 1] !== CONDITION_FAILED);
  // What is in the outbox already stays as it is; the rest is still to be written.
  if (missing.length < puts.length) return write(table, job, missing, tries);
  if (!mayPass(codes)) throw error;
  if (tries < TRIES) {
    await pause(tries);
    return write(table, job, puts, tries + 1);
  }
  if (codes.includes(CONFLICT)) return "stale";
  throw error;
}

async function failureOf(table: Table, actions: readonly Action[]): Promise<unknown> {
  try {
    await send(table, actions);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A transaction costs twice what a single write costs: a step without deliveries, the most frequent one, needs none. */
function send({ client }: Table, actions: readonly Action[]): Promise<unknown> {
  const [only, ...others] = actions;
  if (only?.Put && others.length === 0) return client.send(new PutCommand(only.Put));
  if (only?.Delete && others.length === 0) return client.send(new DeleteCommand(only.Delete));
  return client.send(new TransactWriteCommand({ TransactItems: [...actions] }));
}

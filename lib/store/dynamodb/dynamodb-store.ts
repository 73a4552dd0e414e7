import { randomUUID } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Millis, Store } from "../store.ts";
import { counts } from "./counts.ts";
import { due } from "./due.ts";
import { jobsDue } from "./due-jobs.ts";
import { explained } from "./explain.ts";
import { advance, jobs, jobsNamed } from "./jobs.ts";
import { SHARDS } from "./keys.ts";
import { lane, moveLane } from "./lanes.ts";
import { deliveries } from "./listing.ts";
import { memo } from "./memos.ts";
import { claimDelivery, head, replay, settle } from "./outbox.ts";
import type { Table } from "./requests.ts";
import { claimScope, finishScope, renewScope, watches } from "./scopes.ts";
import { putSilence, silences } from "./silences.ts";
import { waiting } from "./waiting.ts";

export interface DynamodbStoreOptions {
  /** The caller's: `close` leaves it open. */
  readonly client: DynamoDBClient;
  /** The name of a table as {@link tableDefinition} describes it. */
  readonly table: string;
  /** Decides which rows count as dropped before DynamoDB drops them. */
  readonly now?: () => Millis;
  /** What `due`, `waiting` and `counts` look at, of 0 to 7: several workers can share the outbox. All by default; each stream is in one of them. */
  readonly shards?: readonly number[];
}

/** A store in one DynamoDB table. Every method throws a {@link StoreError} and nothing else. */
export function dynamodbStore({ client, table: name, now = Date.now, shards = SHARDS }: DynamodbStoreOptions): Store {
  const table: Table = { client: DynamoDBDocumentClient.from(client), name, owner: randomUUID(), now, shards };
  const run = <T>(work: () => Promise<T>): Promise<T> => explained(name, work);

  return {
    owner: table.owner,
    claimScope: (scope, lease, at) => run(() => claimScope(table, scope, lease, at)),
    renewScope: (claim, lease, states) => run(() => renewScope(table, claim, lease, states)),
    finishScope: (claim, states) => run(() => finishScope(table, claim, states)),
    jobs: (watch, buckets) => run(() => jobs(table, watch, buckets)),
    jobsNamed: (watch, keys) => run(() => jobsNamed(table, watch, keys)),
    jobsDue: (watch, at, limit) => run(() => jobsDue(table, watch, at, limit)),
    advance: (step) => run(() => advance(table, step)),
    due: (at, limit, except = []) => run(() => due(table, at, limit, except)),
    head: (stream) => run(() => head(table, stream)),
    waiting: (receiver, limit) => run(() => waiting(table, receiver, limit)),
    claimDelivery: (delivery, lease, at) => run(() => claimDelivery(table, delivery, lease, at)),
    settle: (claimed, settlement, said) => run(() => settle(table, claimed, settlement, said)),
    memo: (stream) => run(() => memo(table, stream)),
    counts: (isLeftAlone = () => false) => run(() => counts(table, isLeftAlone)),
    deliveries: (query) => run(() => deliveries(table, query)),
    replay: (delivery, at) => run(() => replay(table, delivery, at)),
    silences: () => run(() => silences(table)),
    putSilence: (silence) => run(() => putSilence(table, silence)),
    lane: (named) => run(() => lane(table, named)),
    moveLane: (named, before, state, at) => run(() => moveLane(table, named, before, state, at)),
    watches: () => run(() => watches(table)),
    // DynamoDB drops rows by their time to live.
    sweep: async () => {},
    close: async () => {},
  };
}

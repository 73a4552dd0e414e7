import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { settledAt } from "../settled-at.ts";
import { stamp } from "../stamp.ts";
import type { Advance, Delivery, Settlement, Store } from "../store.ts";
import { explained } from "./explain.ts";
import { jobTable } from "./jobs.ts";
import { laneTable } from "./lanes.ts";
import { listing } from "./listing.ts";
import { memoTable } from "./memos.ts";
import { openDatabase, orClosed } from "./open.ts";
import { outboxTable } from "./outbox.ts";
import { scopeTable } from "./scopes.ts";
import { closeSession, openSession } from "./session.ts";
import { silenceTable } from "./silences.ts";
import { sweeper } from "./sweep.ts";
import { together } from "./together.ts";
import { transaction } from "./transaction.ts";

export interface SqliteStoreOptions {
  /** How long to wait for another process that writes, in milliseconds. The whole process waits. */
  readonly lockTimeoutMs?: number;
}

/**
 * A store in one SQLite file, which is created where there is none, or in memory for `:memory:`. Several processes of one
 * machine may open the same file. Throws a {@link StoreError}, as do all methods.
 */
export function sqliteStore(path: string, { lockTimeoutMs = 5000 }: SqliteStoreOptions = {}): Store {
  // Made absolute, so that SQLite reads neither an empty path nor `file:…` in its own way.
  const file = path === ":memory:" ? path : resolve(path);
  return explained(file, () => {
    const database = openDatabase(file, lockTimeoutMs);
    return orClosed(database, () => storeOf(file, database));
  });
}

function storeOf(file: string, database: DatabaseSync): Store {
  const owner = openSession(database);
  const scopes = scopeTable(database, owner);
  const jobs = jobTable(database);
  const outbox = outboxTable(database, owner);
  const listed = listing(database);
  const memos = memoTable(database);
  const lanes = laneTable(database);
  const silences = silenceTable(database);
  const sweep = sweeper(database);
  const run = async <T>(work: () => T): Promise<T> => explained(file, work);

  function advance(step: Advance): "advanced" | "stale" {
    const { version, deliveries } = stamp(step);
    if (!jobs.move(step, version)) return "stale";
    outbox.queue(deliveries, step.now);
    return "advanced";
  }

  const advances = together((steps: readonly Advance[]) =>
    explained(file, () => transaction(database, () => steps.map(advance))),
  );

  function settle(claimed: Delivery, settlement: Settlement, memo: string | undefined): "settled" | "taken" {
    if (memo === undefined) return outbox.settle(claimed, settlement);
    return transaction(database, () => {
      const answer = outbox.settle(claimed, settlement);
      if (answer === "settled") memos.write(claimed, memo, settledAt(settlement));
      return answer;
    });
  }

  let closed = false;
  function close(): void {
    if (closed) return;
    advances.flush();
    closed = true;
    closeSession(database, owner);
    database.close();
  }

  return {
    owner,
    claimScope: (scope, lease, now) => run(() => scopes.claim(scope, lease, now)),
    renewScope: (claim, lease, states) => run(() => scopes.renew(claim, lease, states)),
    finishScope: (claim, states) => run(() => scopes.finish(claim, states)),
    jobs: (watch, buckets) => run(() => jobs.all(watch, buckets)),
    jobsNamed: (watch, keys) => run(() => jobs.named(watch, keys)),
    jobsDue: (watch, now, limit) => run(() => jobs.due(watch, now, limit)),
    advance: advances.ask,
    due: (now, limit, except = []) => run(() => outbox.due(now, limit, except)),
    head: (stream) => run(() => outbox.head(stream)),
    waiting: (receiver, limit) => run(() => listed.waiting(receiver, limit)),
    claimDelivery: (delivery, lease, now) => run(() => outbox.claim(delivery, lease, now)),
    settle: (claimed, settlement, memo) => run(() => settle(claimed, settlement, memo)),
    memo: (stream) => run(() => memos.read(stream)),
    counts: (isLeftAlone = () => false) => run(() => outbox.counts(isLeftAlone)),
    deliveries: (query) => run(() => listed.deliveries(query)),
    replay: (delivery, now) => run(() => outbox.replay(delivery, Math.ceil(now))),
    silences: () => run(() => silences.all()),
    putSilence: (silence) => run(() => silences.put(silence)),
    lane: (name) => run(() => lanes.read(name)),
    moveLane: (name, before, state, now) => run(() => lanes.move(name, before, state, now)),
    watches: () => run(() => scopes.health()),
    sweep: (now) => run(() => sweep(now)),
    close: () => run(close),
  };
}

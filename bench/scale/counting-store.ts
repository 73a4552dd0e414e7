import { randomUUID } from "node:crypto";
import { BUCKETS, bucketOf } from "#store/bucket";
import { encodeDelivery } from "#store/dynamodb/delivery-row";
import { encodeJob } from "#store/dynamodb/job-row";
import {
  deadList,
  laneKey,
  memoKey,
  receiverOf,
  SHARDS,
  scopeKey,
  shardOf,
  streamPartition,
  watchPartition,
} from "#store/dynamodb/keys";
import { encodeStates } from "#store/dynamodb/scope-row";
import { nextVersion } from "#store/lane";
import { stamp } from "#store/stamp";
import type { Advance, Delivery, JobRow, LaneRow, Millis, ScopeStates, Settlement, Store, Stream } from "#store/store";
import { itemSize } from "../../test/support/item-size.ts";
import type { Ledger } from "./ledger.ts";

/** What stands in the table, shared by all stores that are opened on it. */
export interface Tables {
  readonly scopes: Map<string, Scope>;
  /** By watch, bucket and key. */
  readonly jobs: Map<string, readonly Map<string, Sized<JobRow>>[]>;
  /** By partition and event. */
  readonly streams: Map<string, Map<string, Held>>;
  /** Partitions with something pending, by shard. */
  readonly due: readonly Set<string>[];
  dead: number;
  /** By partition. */
  readonly memos: Map<string, string>;
  readonly lanes: Map<string, LaneRow>;
}

interface Sized<T> {
  readonly row: T;
  readonly size: number;
}
interface Scope {
  claims: number;
  owner: string | undefined;
  until: Millis;
  states: ScopeStates;
  size: number;
}
interface Held {
  delivery: Delivery;
  owner: string | undefined;
  until: Millis;
  readonly size: number;
}

const WRITE_UNIT = 1024;
const READ_UNIT = 4096;
/** An entry of an index: its keys and the two attributes that go with it. */
const ENTRY_BYTES = 140;

export function emptyTables(): Tables {
  return {
    scopes: new Map(),
    jobs: new Map(),
    streams: new Map(),
    due: SHARDS.map(() => new Set()),
    dead: 0,
    memos: new Map(),
    lanes: new Map(),
  };
}

/**
 * A store in memory that asks for what the one in DynamoDB asks for: every method counts the requests, the units and the
 * partitions of lib/store/dynamodb, with its own keys and rows. `now` is what the ledger's seconds are counted by.
 */
export function countingStore(
  tables: Tables,
  ledger: Ledger,
  now: () => Millis,
  shards: readonly number[] = SHARDS,
): Store {
  const owner = randomUUID();
  const write = (partition: string, size: number, factor = 1) =>
    ledger.spend("write", partition, factor * Math.ceil(size / WRITE_UNIT), now());
  const query = (partition: string, size: number, strong: boolean) => {
    ledger.request();
    const units = Math.max(1, Math.ceil(size / READ_UNIT)) * (strong ? 1 : 0.5);
    ledger.spend("read", partition, units, now());
  };
  /** A write in an index: in a transaction it counts twice, as the row does. */
  const index = (partition: string, factor = 1) => ledger.spend("write", partition, factor, now());

  function isOurs(
    claim: { readonly scope: string; readonly number: number },
    scope: Scope | undefined,
  ): scope is Scope {
    ledger.request();
    const ours = scope?.owner === owner && scope.claims === claim.number;
    write(scopeKey(claim.scope).pk, scope?.size ?? 1);
    return ours;
  }

  function bucketsOf(watch: string): readonly Map<string, Sized<JobRow>>[] {
    const found = tables.jobs.get(watch);
    if (found !== undefined) return found;
    const fresh = Array.from({ length: BUCKETS }, () => new Map<string, Sized<JobRow>>());
    tables.jobs.set(watch, fresh);
    return fresh;
  }

  function pendingOf(partition: string): Held[] {
    const rows = [...(tables.streams.get(partition)?.values() ?? [])];
    query(partition, sumOf(rows.map(({ size }) => size)), true);
    return rows
      .filter(({ delivery }) => delivery.state === "pending")
      .sort((a, b) => a.delivery.order - b.delivery.order);
  }

  function waitFor(pk: string, head: Held | undefined, later: readonly Held[]): void {
    if (head === undefined) return;
    const until = head.delivery.nextAttemptAt;
    for (const each of later.filter(({ delivery }) => delivery.nextAttemptAt < until)) {
      ledger.request();
      each.delivery = { ...each.delivery, nextAttemptAt: until };
      write(pk, each.size);
      index(duePartition(pk), 2);
    }
  }

  return {
    owner,
    async claimScope(scope, { until }, at) {
      ledger.request();
      const { pk } = scopeKey(scope);
      const before = tables.scopes.get(scope);
      write(pk, before?.size ?? 1);
      if (before?.owner !== undefined && before.until > at) return "busy";
      if (before === undefined) index("listed#scope");
      const states = before?.states ?? new Map();
      const claims = (before?.claims ?? 0) + 1;
      tables.scopes.set(scope, {
        claims,
        owner,
        until,
        states,
        size: before?.size ?? itemSize({ pk, sk: "scope" }) + 100,
      });
      return { claim: { scope, number: claims }, states, interrupted: before?.owner !== undefined };
    },
    async renewScope(claim, { until }) {
      const scope = tables.scopes.get(claim.scope);
      if (!isOurs(claim, scope)) return "lost";
      scope.until = until;
      return "renewed";
    },
    async finishScope(claim, states) {
      const scope = tables.scopes.get(claim.scope);
      const size = itemSize({ ...scopeKey(claim.scope), list: "scope", listedAt: 0, n: 1, w: encodeStates(states) });
      if (scope !== undefined) scope.size = Math.max(scope.size, size);
      if (!isOurs(claim, scope)) return "lost";
      Object.assign(scope, { states, owner: undefined, size });
      return "finished";
    },
    async jobs(watch, buckets) {
      const all = bucketsOf(watch);
      const read = (buckets ?? [...all.keys()]).map((bucket) => all[bucket] ?? new Map<string, Sized<JobRow>>());
      const sizes = read.map((bucket) => sumOf([...bucket.values()].map(({ size }) => size)));
      for (const size of buckets === undefined ? [sumOf(sizes)] : sizes) query(watchPartition(watch), size, true);
      const rows = read.flatMap((bucket) => [...bucket].map(([key, { row }]) => [key, row] as const));
      return new Map(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
    },
    async jobsNamed(watch, keys) {
      const all = bucketsOf(watch);
      const found = keys.flatMap((key) => all[bucketOf(key)]?.get(key) ?? []);
      ledger.request();
      for (const { size } of found) ledger.spend("read", watchPartition(watch), Math.ceil(size / READ_UNIT), now());
      return new Map(found.map(({ row }) => [row.key, row]));
    },
    // The fleet has no rules over time, and no silences.
    jobsDue: async () => ({ rows: [], next: undefined }),
    silences: async () => [],
    putSilence: async () => {},
    async advance(step) {
      ledger.request();
      return advance(step);
    },
    async due(at, limit, except = []) {
      const entries = shards.flatMap((shard) => entriesOf(shard, at, limit));
      const found: Delivery[] = [];
      for (const { pk, delivery } of entries.sort(byTime)) {
        if (found.length >= limit) break;
        if (!except.includes(delivery.receiver)) found.push(...dueHead(pk, at));
      }
      return found;
    },
    head: async (stream) => pendingOf(streamPartition(stream))[0]?.delivery,
    async claimDelivery({ event, receiver }, lease, at) {
      ledger.request();
      const { pk, held } = heldOf({ uid: event.uid, receiver }, event.id);
      write(pk, held?.size ?? 1);
      if (held === undefined || !isDue(held.delivery, at) || (held.owner !== undefined && held.until > at))
        return "taken";
      held.delivery = { ...held.delivery, attempts: held.delivery.attempts + 1 };
      Object.assign(held, { owner, until: lease.until });
      return held.delivery;
    },
    async settle({ event, receiver, attempts }, settlement, memo) {
      ledger.request();
      const { pk, held } = heldOf({ uid: event.uid, receiver }, event.id);
      write(pk, held?.size ?? 1);
      if (held?.owner !== owner || held.delivery.attempts !== attempts || held.delivery.state !== "pending")
        return "taken";
      held.owner = undefined;
      if (memo !== undefined) remember(pk, held, memo);
      settled(pk, held, settlement);
      return "settled";
    },
    async waiting(receiver, limit) {
      const partitions = shards.flatMap((shard) => {
        const pending = [...(tables.due[shard] ?? [])];
        query(`due#${shard}`, pending.length * ENTRY_BYTES, false);
        return pending.filter((pk) => receiverOf(pk) === receiver);
      });
      return partitions.flatMap((pk) => pendingOf(pk).map(({ delivery }) => delivery)).slice(0, limit);
    },
    async memo(stream) {
      const { pk, sk } = memoKey(stream);
      const memo = tables.memos.get(pk);
      query(pk, itemSize({ pk, sk, memo: memo ?? "" }), true);
      return memo;
    },
    async lane(name) {
      const row = tables.lanes.get(name);
      query(laneKey(name).pk, itemSize({ ...laneKey(name), state: row?.state ?? "" }), true);
      return row;
    },
    async moveLane(name, before, state, at) {
      ledger.request();
      write(laneKey(name).pk, itemSize({ ...laneKey(name), v: at, ttl: at, state }));
      if (tables.lanes.get(name)?.version !== before?.version) return "stale";
      tables.lanes.set(name, { version: nextVersion(before, at), state });
      return "moved";
    },
    // For people: nothing that runs by itself asks for them.
    deliveries: async () => [],
    replay: async () => "changed",
    async counts() {
      const waiting = shards.map((shard) => [...(tables.due[shard] ?? [])].length);
      for (const [position, shard] of shards.entries()) {
        query(`due#${shard}`, (waiting[position] ?? 0) * ENTRY_BYTES, false);
        query(`listed#${deadList(shard)}`, (tables.dead / SHARDS.length) * ENTRY_BYTES, false);
      }
      return { pending: sumOf(waiting), held: 0, dead: tables.dead, oldestPendingAt: undefined };
    },
    watches: async () => [],
    sweep: async () => {},
    close: async () => {},
  };

  function advance(step: Advance): "advanced" | "stale" {
    const { watch, key, before, after, now: at } = step;
    const bucket = bucketsOf(watch)[bucketOf(key)];
    const current = bucket?.get(key);
    if (current?.row.version !== before?.version) return "stale";
    const stamped = stamp(step);
    const factor = stamped.deliveries.length > 0 ? 2 : 1;
    const size = after === undefined ? 1 : itemSize(encodeJob(step, stamped.version, after));
    write(watchPartition(watch), Math.max(size, current?.size ?? 1), factor);
    if (after === undefined) bucket?.delete(key);
    else bucket?.set(key, { size, row: { key, version: stamped.version, ...after } });
    for (const delivery of stamped.deliveries) queue(delivery, at);
    return "advanced";
  }

  function queue({ receiver, event, order }: ReturnType<typeof stamp>["deliveries"][number], at: Millis): void {
    const row = encodeDelivery({ receiver, event, order }, at);
    const rows = tables.streams.get(row.pk) ?? new Map<string, Held>();
    tables.streams.set(row.pk, rows);
    const size = itemSize(row);
    const delivery: Delivery = {
      ...{ receiver, event, order, state: "pending", attempts: 0, failures: 0 },
      ...{ queuedAt: at, nextAttemptAt: at },
    };
    rows.set(event.id, { delivery, owner: undefined, until: 0, size });
    tables.due[row.dueShard]?.add(row.pk);
    write(row.pk, size, 2);
    index(duePartition(row.pk), 2);
  }

  function entriesOf(shard: number, at: Millis, limit: number) {
    const due = [...(tables.due[shard] ?? [])].flatMap((pk) => entryOf(pk, at));
    query(`due#${shard}`, Math.min(due.length, limit) * ENTRY_BYTES, false);
    return due;
  }

  function dueHead(pk: string, at: Millis): readonly Delivery[] {
    const [head, ...later] = pendingOf(pk);
    if (head === undefined) return [];
    if (head.delivery.nextAttemptAt > at) waitFor(pk, head, later);
    else if (head.owner === undefined || head.until <= at) return [head.delivery];
    return [];
  }

  /** What the index knows of a stream: its delivery that is due first. */
  function entryOf(pk: string, at: Millis): readonly { readonly pk: string; readonly delivery: Delivery }[] {
    const due = [...(tables.streams.get(pk)?.values() ?? [])].filter(({ delivery }) => isDue(delivery, at));
    const [first] = due.map(({ delivery }) => ({ pk, delivery })).sort(byTime);
    return first === undefined ? [] : [first];
  }

  function heldOf(stream: Stream, id: string): { readonly pk: string; readonly held: Held | undefined } {
    const pk = streamPartition(stream);
    return { pk, held: tables.streams.get(pk)?.get(id) };
  }

  /** A transaction counts twice: the row of the delivery too. */
  function remember(pk: string, { size }: Held, memo: string): void {
    write(pk, size);
    write(pk, itemSize({ pk, sk: "memo", memo, ttl: 0 }), 2);
    tables.memos.set(pk, memo);
  }

  function settled(pk: string, held: Held, settlement: Settlement): void {
    switch (settlement.state) {
      case "retry": {
        const { nextAttemptAt, failed } = settlement;
        const failures = held.delivery.failures + Number(failed);
        held.delivery = { ...held.delivery, nextAttemptAt: Math.ceil(nextAttemptAt), failures };
        // The old entry goes, and a new one comes.
        index(duePartition(pk), 2);
        const [head, ...later] = pendingOf(pk);
        waitFor(pk, head, later);
        return;
      }
      case "dead":
        tables.dead += 1;
        index(`listed#${deadList(shardOf(pk))}`);
        break;
      case "delivered":
        break;
      default:
        settlement satisfies never;
    }
    held.delivery = { ...held.delivery, state: settlement.state };
    index(duePartition(pk));
    const rows = [...(tables.streams.get(pk)?.values() ?? [])];
    if (rows.every(({ delivery }) => delivery.state !== "pending")) tables.due[shardOf(pk)]?.delete(pk);
  }
}

function duePartition(pk: string): string {
  return `due#${shardOf(pk)}`;
}

function isDue({ state, nextAttemptAt }: Delivery, at: Millis): boolean {
  return state === "pending" && nextAttemptAt <= at;
}

function byTime(a: { readonly delivery: Delivery }, b: { readonly delivery: Delivery }): number {
  return a.delivery.nextAttemptAt - b.delivery.nextAttemptAt || a.delivery.order - b.delivery.order;
}

function sumOf(sizes: readonly number[]): number {
  return sizes.reduce((total, each) => total + each, 0);
}

import { createHash } from "node:crypto";
import { bucketOf } from "../bucket.ts";
import { laneId } from "../lane.ts";
import type { Stream } from "../store.ts";

/** The primary key of a row. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** What the keys of all jobs of a watch begin with. */
export const JOB = "job#";
/** What the partition of a scope begins with. */
export const SCOPE = "scope#";
/** What the partition of a stream begins with. */
export const DELIVERIES = "delivery#";
/** The list of all scopes in the index `listed`. */
export const SCOPES = "scope";

// A busy index partition takes 1000 writes a second: eight of them are more than receivers take.
export const SHARDS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7];

export function watchPartition(watch: string): string {
  return `watch#${watch}`;
}

export function scopeKey(scope: string): Key {
  return { pk: `${SCOPE}${scope}`, sk: "scope" };
}

/** What the sort keys of a bucket begin with, so that one query reads the bucket and nothing else. */
export function bucketPrefix(bucket: number): string {
  return `${JOB}${bucket.toString(16)}#`;
}

export function jobKey(watch: string, key: string): Key {
  return { pk: watchPartition(watch), sk: `${bucketPrefix(bucketOf(key))}${key}` };
}

/** The key of the job to which a sort key belongs. */
export function jobOf(sk: string): string {
  return sk.slice(bucketPrefix(0).length);
}

/** The partition of a stream. The uid's `#` is written in another way, so that no two streams share one. */
export function streamPartition({ uid, receiver }: Stream): string {
  return `${DELIVERIES}${uid.replaceAll("%", "%25").replaceAll("#", "%23")}#${receiver}`;
}

/** The receiver of a stream's partition. */
export function receiverOf(partition: string): string {
  return partition.split("#").slice(2).join("#");
}

/** Beside the deliveries of the stream, whose sort keys are ids of events: `evt_…`. */
export function memoKey(stream: Stream): Key {
  return { pk: streamPartition(stream), sk: "memo" };
}

export function laneKey(name: string): Key {
  return { pk: `lane#${laneId(name)}`, sk: "lane" };
}

/** What the partition of all silences is called. */
const SILENCES = "silence";

export function silenceKey(id: string): Key {
  return { pk: SILENCES, sk: id };
}

/** The list of the jobs of a watch that a rule over time wants to look at, in the index `listed`, by the time of that. */
export function dueList(watch: string): string {
  return `due#${watch}`;
}

/** The shard of the index `due` in which all deliveries of a stream are. */
export function shardOf(partition: string): number {
  return createHash("sha256").update(partition).digest().readUInt8() % SHARDS.length;
}

/** The list of dead deliveries of one shard in the index `listed`. */
export function deadList(shard: number): string {
  return `dead#${shard}`;
}

import { createHash } from "node:crypto";
import type { Stream } from "../store.ts";

/** The primary key of a row. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** What the keys of all jobs of a watch begin with. */
export const JOB = "job#";
/** The list of all watches in the index `listed`. */
export const WATCHES = "watch";

// A busy index partition takes 1000 writes a second: eight of them are more than receivers take.
const SHARDS = 8;

export const shards: readonly number[] = Array.from({ length: SHARDS }, (_, shard) => shard);

export function watchPartition(watch: string): string {
  return `watch#${watch}`;
}

export function cursorKey(watch: string): Key {
  return { pk: watchPartition(watch), sk: "cursor" };
}

export function jobKey(watch: string, key: string): Key {
  return { pk: watchPartition(watch), sk: `${JOB}${key}` };
}

/** The partition of a stream. The uid's `#` is written in another way, so that no two streams share one. */
export function streamPartition({ uid, receiver }: Stream): string {
  return `delivery#${uid.replaceAll("%", "%25").replaceAll("#", "%23")}#${receiver}`;
}

/** The receiver of a stream's partition. */
export function receiverOf(partition: string): string {
  return partition.split("#").slice(2).join("#");
}

/** The shard of the index `due` in which all deliveries of a stream are. */
export function shardOf(partition: string): number {
  return createHash("sha256").update(partition).digest().readUInt8() % SHARDS;
}

/** The list of dead deliveries of one shard in the index `listed`. */
export function deadList(shard: number): string {
  return `dead#${shard}`;
}

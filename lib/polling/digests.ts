import { hash } from "node:crypto";
import type { Snapshot } from "#jobs/job";
import { BUCKETS, bucketOf } from "#store/bucket";
import type { Seen } from "./read-object.ts";

/** What a list shows, bucket by bucket: equal where a comparison with the rows would find the same. Empty where nothing is listed. */
export type Digests = readonly string[];

/** Of a bucket whose rows may differ from what was listed. */
const UNKNOWN = "?";

/** The digests of a list while it is read, in whatever order that is. */
export function openDigest() {
  const sums = new Map<number, number>();
  return {
    add(seen: Seen): void {
      if (seen.key === undefined) return;
      const bucket = bucketOf(seen.key);
      sums.set(bucket, ((sums.get(bucket) ?? 0) + numberOf(lineOf(seen.key, seen))) % TWO_TO_48);
    },
    end: (): Digests => Array.from({ length: BUCKETS }, (_, bucket) => textOf(sums.get(bucket))),
  };
}

/** The buckets in which something may have changed. */
export function changedBuckets(now: Digests, before: Digests): readonly number[] {
  return [...now.keys()].filter((bucket) => now[bucket] !== before[bucket]);
}

/** What may be remembered after a comparison: in the `open` buckets not everything was written. */
export function withOpen(digests: Digests, open: readonly number[]): Digests {
  return digests.map((each, bucket) => (open.includes(bucket) ? UNKNOWN : each));
}

/** Whether nothing was listed, so that an empty list is no surprise. */
export function isEmpty(digests: Digests): boolean {
  return digests.every((each) => each === "");
}

export function encodeDigests(digests: Digests): string {
  return digests.join(",");
}

/** `undefined` where they were not kept, or by a version with other buckets. */
export function decodeDigests(text: string | undefined): Digests | undefined {
  const digests = text?.split(",");
  return digests?.length === BUCKETS ? digests : undefined;
}

/**
 * All that decides whether something is to be said or written, and nothing else. Not the resourceVersion: while pods
 * come and go, and after a job's end, there are many versions in which nothing is new. And it would not tell of a newer
 * Jobbell that sees more in the same version.
 */
function lineOf(key: string, seen: Seen): string {
  return JSON.stringify(seen.type === "job" ? [key, ...partsOf(seen.snapshot)] : [key]);
}

function partsOf({ uid, labels, annotations, steps, retries = 0 }: Snapshot): readonly unknown[] {
  const noted = Object.entries(annotations).sort(byName);
  return [
    uid,
    Object.entries(labels).sort(byName),
    steps.map(({ type, at, inferred }) => [type, at, inferred]),
    ...(noted.length > 0 ? [noted] : []),
    ...(retries > 0 ? [retries] : []),
  ];
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

/** 48 bits, 8 characters: of a year of ticks a minute with one change each, one in half a billion misses it. */
const BYTES = 6;
const TWO_TO_48 = 2 ** 48;

function numberOf(line: string): number {
  return hash("sha256", line, "buffer").readUIntBE(0, BYTES);
}

function textOf(sum: number | undefined): string {
  if (sum === undefined) return "";
  const bytes = Buffer.alloc(BYTES);
  bytes.writeUIntBE(sum, 0, BYTES);
  return bytes.toString("base64url");
}

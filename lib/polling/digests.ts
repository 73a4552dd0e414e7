import { createHash } from "node:crypto";
import type { Snapshot } from "#jobs/job";
import { BUCKETS, bucketOf } from "#store/bucket";
import type { Seen } from "./read-object.ts";

/** What a list shows, bucket by bucket: equal where a comparison with the rows would find the same. Empty where nothing is listed. */
export type Digests = readonly string[];

/** Of a bucket whose rows may differ from what was listed. */
const UNKNOWN = "?";

export function digestsOf(items: readonly Seen[]): Digests {
  const buckets = Array.from({ length: BUCKETS }, (): string[] => []);
  for (const seen of items) if (seen.key !== undefined) buckets[bucketOf(seen.key)]?.push(lineOf(seen.key, seen));
  return buckets.map(digest);
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

function partsOf({ uid, labels, steps }: Snapshot): readonly unknown[] {
  return [uid, Object.entries(labels).sort(byName), steps.map(({ type, at, inferred }) => [type, at, inferred])];
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

/** 48 bits, 8 characters: of a year of ticks a minute with one change each, one in half a billion misses it. */
function digest(lines: readonly string[]): string {
  if (lines.length === 0) return "";
  return createHash("sha256").update(lines.toSorted().join("\n")).digest().subarray(0, 6).toString("base64url");
}

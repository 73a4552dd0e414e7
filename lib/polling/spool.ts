import { deflateRawSync, inflateRawSync } from "node:zlib";
import { BUCKETS } from "#store/bucket";

/** Many things, by bucket, that are held for later and mostly never looked at again. */
export interface Spool<T> {
  add(bucket: number, item: T): void;
  /** What was added to these buckets, in its order in each. */
  of(buckets: readonly number[]): readonly T[];
}

interface Bucket<T> {
  readonly blocks: Buffer[];
  last: T[];
}

// Jobs of a namespace are alike: a block of them takes a tenth of their text, and their text a third of what they take as
// objects. A smaller list than this, times the number of buckets, is never compressed.
const BLOCK = 256;

/** A spool of what JSON can say. A hundred thousand jobs take 10 MB in it, and 240 MB without. */
export function openSpool<T>(): Spool<T> {
  const all = Array.from({ length: BUCKETS }, (): Bucket<T> => ({ blocks: [], last: [] }));
  return {
    add(number, item) {
      const bucket = all[number];
      bucket?.last.push(item);
      if (bucket?.last.length !== BLOCK) return;
      bucket.blocks.push(pack(bucket.last));
      bucket.last = [];
    },
    of: (buckets) => buckets.flatMap((bucket) => itemsOf(all[bucket])),
  };
}

function itemsOf<T>(bucket: Bucket<T> | undefined): readonly T[] {
  return bucket === undefined ? [] : [...bucket.blocks.flatMap((block) => unpack<T>(block)), ...bucket.last];
}

function pack(items: readonly unknown[]): Buffer {
  return deflateRawSync(JSON.stringify(items), { level: 1 });
}

function unpack<T>(block: Buffer): readonly T[] {
  return JSON.parse(inflateRawSync(block).toString("utf8"));
}

/** Into how many buckets the rows of a watch are parted. */
export const BUCKETS = 16;

/**
 * The bucket in which the row of a job stands, from 0: the same for the same key for ever, since rows are found by it.
 * FNV-1a, with both halves of its 32 bits folded into the last four.
 */
export function bucketOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return ((hash >>> 16) ^ hash) & (BUCKETS - 1);
}

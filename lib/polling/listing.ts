import { bucketOf } from "#store/bucket";
import { type Digests, openDigest } from "./digests.ts";
import { complaintOf, type Seen } from "./read-object.ts";
import { openSpool } from "./spool.ts";

/** A complete list of the jobs of a watch. */
export interface Listing {
  readonly resourceVersion: string;
  /** Objects, whether they could be read or not. */
  readonly size: number;
  readonly digests: Digests;
  /** Of objects that could not be read. */
  readonly complaints: readonly string[];
  /** An object without a name may be any job: beside it nothing is known to be missing. */
  readonly isAnyNameless: boolean;
  /** What was seen of the objects in these buckets. */
  of(buckets: readonly number[]): readonly Seen[];
}

/** A list while it is read: of what it showed so far little is kept, since mostly nothing in it is new. */
export function openListing() {
  const spool = openSpool<Seen>();
  const digest = openDigest();
  const complaints: string[] = [];
  let size = 0;
  let isAnyNameless = false;

  return {
    add(seen: Seen): void {
      size += 1;
      if (seen.type === "unreadable") complaints.push(complaintOf(seen));
      digest.add(seen);
      if (seen.key === undefined) isAnyNameless = true;
      else spool.add(bucketOf(seen.key), seen);
    },
    end(resourceVersion: string): Listing {
      return { resourceVersion, size, digests: digest.end(), complaints, isAnyNameless, of: spool.of };
    },
  };
}

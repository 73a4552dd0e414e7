import type { Cluster } from "#cluster/cluster";
import { type Listing, openListing } from "./listing.ts";
import { readWatched } from "./read-object.ts";
import { queryOf, type Watch } from "./watch.ts";

/** Waits, or until aborted. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/** How a list is read. */
export interface Reading {
  /** Whether jobs were listed before, and not only such as have left. */
  readonly expected: boolean;
  readonly pause: Pause;
  /** Called for each object: a list may take longer than a lease. */
  readonly onObject: () => void;
  readonly signal: AbortSignal;
}

/** Long enough for a restarting API server to have loaded its kinds, short enough for a function's tick. */
const SECOND_LOOK_MS = 1000;

/**
 * The complete list of a watch. A list that is suddenly empty deserves a second look: a server that restarts, or a kind
 * that is being removed, answers 200 with no items. Also where only finished jobs are missed: once forgotten, they
 * would be told of all over again when they are back.
 */
export async function readJobs(
  cluster: Cluster,
  watch: Watch,
  { expected, pause, onObject, signal }: Reading,
): Promise<Listing> {
  const listing = await readOnce(cluster, watch, onObject, signal);
  if (listing.size > 0 || !expected) return listing;
  await pause(SECOND_LOOK_MS, signal);
  return readOnce(cluster, watch, onObject, signal);
}

async function readOnce(cluster: Cluster, watch: Watch, onObject: () => void, signal: AbortSignal): Promise<Listing> {
  let listing = openListing();
  const see = (object: unknown): undefined => {
    onObject();
    const seen = readWatched(watch, object);
    if (seen !== undefined) listing.add(seen);
  };
  const again = () => {
    listing = openListing();
  };
  const { resourceVersion } = await cluster.list(queryOf(watch), see, signal, again);
  return listing.end(resourceVersion);
}

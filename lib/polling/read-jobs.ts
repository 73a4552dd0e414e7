import type { Cluster, List } from "#cluster/cluster";
import { readWatched, type Seen } from "./read-object.ts";
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
): Promise<List<Seen>> {
  const see = (object: unknown) => {
    onObject();
    return readWatched(watch, object);
  };
  const list = await cluster.list(queryOf(watch), see, signal);
  if (list.items.length > 0 || !expected) return list;
  await pause(SECOND_LOOK_MS, signal);
  return cluster.list(queryOf(watch), see, signal);
}

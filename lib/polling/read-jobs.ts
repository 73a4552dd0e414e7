import type { Cluster, List } from "#cluster/cluster";
import type { JobRow } from "#store/store";
import { readObject, type Seen } from "./read-object.ts";
import { queryOf, type Watch } from "./watch.ts";

/** Waits, or until aborted. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

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
  rows: ReadonlyMap<string, JobRow>,
  pause: Pause,
  signal: AbortSignal,
): Promise<List<Seen>> {
  const read = () => cluster.list(queryOf(watch), (object) => readObject(watch.kind, object, rows), signal);
  const list = await read();
  if (list.items.length > 0 || !isMissed(rows)) return list;
  await pause(SECOND_LOOK_MS, signal);
  return read();
}

function isMissed(rows: ReadonlyMap<string, JobRow>): boolean {
  return [...rows.values()].some(({ left }) => left === undefined);
}

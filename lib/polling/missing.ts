import pMap from "p-map";
import type { Cluster } from "#cluster/cluster";
import { vanish } from "#jobs/diff";
import { isFinished, type Memory, type Seconds } from "#jobs/job";
import type { JobRow } from "#store/store";
import { type Change, compareGone, compareLeft, placeOf } from "./compare.ts";
import { isPartial, type Watch } from "./watch.ts";

const LOOKS_AT_ONCE = 16;

/** What became of jobs that are remembered and not listed. */
export async function missingOf(
  cluster: Cluster,
  watch: Watch,
  missing: readonly JobRow[],
  at: Seconds,
  signal: AbortSignal,
): Promise<readonly Change[]> {
  if (!isPartial(watch)) return missing.map((row) => compareGone(row, at));
  const lookAt = async (row: JobRow) =>
    (await livesOn(cluster, watch, row.key, row.memory, signal)) ? compareLeft(row) : compareOut(watch, row, at);
  return pMap(missing, lookAt, { concurrency: LOOKS_AT_ONCE });
}

/** A job that is gone, after it was selected: see {@link lookUp}. */
function compareOut(watch: Watch, row: JobRow, at: Seconds): Change {
  const change = compareGone(row, at);
  return watch.follow === undefined ? change : { ...change, after: { memory: row.memory, left: true } };
}

/**
 * What became of one job that a watch with a selector told to be deleted, after what it told of it before. It is
 * remembered also where it is gone: to a holder who has to repeat all this, its return to the selector before that would
 * look like the appearance of a new job.
 */
export async function lookUp(
  cluster: Cluster,
  watch: Watch,
  change: Change,
  at: Seconds,
  signal: AbortSignal,
): Promise<Change> {
  const { key, after, transitions } = change;
  if (after === undefined) return change;
  const left = { ...change, after: { ...after, left: true } } as const;
  if (await livesOn(cluster, watch, key, after.memory, signal)) return left;
  return { ...left, transitions: [...transitions, ...vanish(after.memory, placeOf(key), at)] };
}

/** Whether an unfinished job only left the selector. A finished one is not worth a request: it has nothing to say. */
async function livesOn(
  cluster: Cluster,
  { kind }: Watch,
  key: string,
  memory: Memory,
  signal: AbortSignal,
): Promise<boolean> {
  if (isFinished(memory)) return true;
  const { namespace, name } = placeOf(key);
  const object = await cluster.get(kind.resource, namespace, name, signal);
  return object !== undefined && (object as { metadata?: { uid?: unknown } }).metadata?.uid === memory.uid;
}

import pMap from "p-map";
import type { Cluster } from "#cluster/cluster";
import { isFinished, type Seconds } from "#jobs/job";
import type { JobRow } from "#store/store";
import { type Change, compareGone, compareLeft } from "./compare.ts";
import type { Seen } from "./read-object.ts";
import { isPartial, type Watch } from "./watch.ts";

const LOOKS_AT_ONCE = 16;

/** What became of the jobs that are remembered and not listed. */
export async function missingOf(
  cluster: Cluster,
  watch: Watch,
  items: readonly Seen[],
  rows: ReadonlyMap<string, JobRow>,
  at: Seconds,
  signal: AbortSignal,
): Promise<readonly Change[]> {
  // An object without a name may be any of them.
  if (isAnyNameless(items)) return [];
  const listed = new Set(items.map(({ key }) => key));
  const missing = [...rows.values()].filter(({ key, left }) => left === undefined && !listed.has(key));
  if (!isPartial(watch)) return missing.map((row) => compareGone(row, at));
  const lookAt = async (row: JobRow) =>
    (await livesOn(cluster, watch, row, signal)) ? compareLeft(row) : compareGone(row, at);
  return pMap(missing, lookAt, { concurrency: LOOKS_AT_ONCE });
}

export function isAnyNameless(items: readonly Seen[]): boolean {
  return items.some(({ key }) => key === undefined);
}

/** Whether an unfinished job only left the selector. A finished one is not worth a request: it has nothing to say. */
async function livesOn(cluster: Cluster, { kind, namespace }: Watch, { key, memory }: JobRow, signal: AbortSignal) {
  if (isFinished(memory)) return true;
  const object = await cluster.get(kind.resource, namespace, key.slice(key.indexOf("/") + 1), signal);
  return object !== undefined && (object as { metadata?: { uid?: unknown } }).metadata?.uid === memory.uid;
}

import { diff, remember, type Transition, vanish } from "#jobs/diff";
import { isFinished, type Labels, type Memory, type Seconds, type Snapshot } from "#jobs/job";
import type { JobRow } from "#store/store";

/** What a look at one job changes: what to remember of it (`undefined`: nothing any more), and what to say. */
export interface Change {
  readonly key: string;
  readonly before: JobRow | undefined;
  readonly after: { readonly memory: Memory; readonly left?: true } | undefined;
  readonly transitions: readonly Transition[];
  /** What only rules over time ask of the version that was looked at. */
  readonly noted?: Noted;
  /** The first look at the watch. */
  readonly first?: "silent" | "announce";
  /** Nothing is to be written but what rules over time make of it. */
  readonly untouched?: true;
}

export type Noted = Pick<Snapshot, "retries" | "createdAt">;

/**
 * A job as it is now beside what was remembered, or nothing where there is nothing to write. A new version in which
 * no step, no label and nothing that a rule counts is new is not written: after a job's end, and while pods come and go, there are many.
 */
export function compareSeen(
  key: string,
  row: JobRow | undefined,
  snapshot: Snapshot,
  now: Seconds,
): Change | undefined {
  const replaced = row && row.memory.uid !== snapshot.uid && row.left === undefined;
  const gone = replaced ? vanish(row.memory, snapshot, now) : [];
  const transitions = [...gone, ...diff(row?.memory, snapshot)];
  if (transitions.length === 0 && row && row.left === undefined && isSameJob(row.memory, snapshot)) return undefined;
  return { key, before: row, after: { memory: remember(row?.memory, snapshot) }, transitions, noted: snapshot };
}

/** A job that the complete list does not show and that is known not to exist any more. */
export function compareGone(row: JobRow, now: Seconds): Change {
  return { key: row.key, before: row, after: undefined, transitions: vanish(row.memory, placeOf(row.key), now) };
}

/** A job of which nothing new was read: time alone, or another rule, may make something of it. */
export function compareUntouched(row: JobRow, noted?: Noted): Change {
  const { key, memory } = row;
  return { key, before: row, after: { memory }, transitions: [], untouched: true, ...(noted && { noted }) };
}

/** The parts of a key. */
export function placeOf(key: string): { readonly namespace: string; readonly name: string } {
  const separator = key.indexOf("/");
  return { namespace: key.slice(0, separator), name: key.slice(separator + 1) };
}

/** A job that lives on outside the selector: it is remembered, and says nothing until it comes back. */
export function compareLeft(row: JobRow): Change {
  return { key: row.key, before: row, after: { memory: row.memory, left: true }, transitions: [] };
}

/**
 * The first look at a watch: `silent` says nothing, `announce` says of each job that is not finished what it is doing.
 * A job that a first tick which died had remembered already is looked at for the second time: its news is news.
 */
export function compareFirst(change: Change, firstTick: "silent" | "announce"): Change {
  if (change.before !== undefined) return change;
  const memory = change.after?.memory;
  const announced = firstTick === "announce" && memory !== undefined && !isFinished(memory);
  return { ...change, transitions: announced ? change.transitions.slice(-1) : [], first: firstTick };
}

function isSameJob(memory: Memory, { uid, labels, annotations, retries }: Snapshot): boolean {
  const { annotations: known = {}, rules } = memory;
  if (rules?.retries !== undefined && rules.retries !== retries) return false;
  return memory.uid === uid && sameLabels(memory.labels, labels) && sameLabels(known, annotations);
}

function sameLabels(a: Labels, b: Labels): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

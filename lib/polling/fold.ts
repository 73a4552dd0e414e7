import type { WatchEvent } from "#cluster/cluster";
import { type Transition, vanish } from "#jobs/diff";
import { isFinished, type Memory, type Seconds, type Snapshot } from "#jobs/job";
import type { JobRow } from "#store/store";
import { type Change, compareSeen, type Noted, placeOf } from "./compare.ts";
import type { Seen } from "./read-object.ts";

/** A change that a watch told of one object. */
export type Told = Extract<WatchEvent<Seen>, { object: unknown }>;

/** How changes are to be taken. */
export interface Folding {
  /** They may have been written before, by a holder that died. */
  readonly repeated: boolean;
  /** A job that is told to be deleted may live on, outside the selector. */
  readonly partial: boolean;
  /** Now. */
  readonly at: Seconds;
}

/** What the changes of one job come to. */
export interface Folded {
  /** `undefined` where there is nothing to write. */
  readonly change: Change | undefined;
  /** The job is not selected any more: whether it lives on is to be looked up. */
  readonly isOut: boolean;
  /** Changes that are to be folded once these are written. */
  readonly rest: readonly Told[];
}

/** A job between two changes. */
interface Course {
  readonly job: { readonly memory: Memory; readonly left?: true } | undefined;
  readonly isOut: boolean;
  readonly transitions: readonly Transition[];
  readonly noted?: Noted;
}

/** A write is one transaction, and one of DynamoDB holds 100 rows: a version makes no more than four, to a handful of receivers. */
const MOST_TRANSITIONS = 8;

/**
 * The changes of one job in their order, each compared with the one before it: a version in between may show a step that
 * the last one does not. All of them are one write.
 */
export function fold(key: string, row: JobRow | undefined, told: readonly Told[], folding: Folding): Folded {
  const news = withoutKnown(row, folding.repeated ? withoutForgotten(row, told) : told);
  const start: Course = { job: row && courseOf(row), isOut: false, transitions: [] };
  let course = start;
  let taken = 0;
  for (const each of news) {
    if (course.transitions.length >= MOST_TRANSITIONS && !course.isOut) break;
    course = follow(key, course, each, folding);
    taken += 1;
  }
  const { job, isOut, transitions, noted } = course;
  const isSame = job === start.job && transitions.length === 0 && !isOut;
  const change = isSame ? undefined : { key, before: row, after: job, transitions, ...(noted && { noted }) };
  return { change, isOut, rest: news.slice(taken) };
}

function follow(key: string, before: Course, { type, object }: Told, folding: Folding): Course {
  // It had left, and is told of once more.
  if (type === "deleted" && before.job?.left) return before;
  const course = object.type === "job" ? see(key, before, object.snapshot, folding) : before;
  return type === "deleted" ? lose(key, course, folding) : course;
}

function see(key: string, { job, transitions }: Course, snapshot: Snapshot, { at }: Folding): Course {
  const change = compareSeen(key, job && { ...job, key, version: 0 }, snapshot, at);
  const known = { isOut: false, noted: snapshot };
  return change === undefined
    ? { ...known, job, transitions }
    : { ...known, job: change.after, transitions: [...transitions, ...change.transitions] };
}

function lose(key: string, course: Course, { partial, at }: Folding): Course {
  const { job, transitions } = course;
  if (job === undefined) return course;
  if (!partial)
    return { ...course, job: undefined, transitions: [...transitions, ...vanish(job.memory, placeOf(key), at)] };
  // A finished job is not worth a look: it has nothing to say.
  return isFinished(job.memory) ? { ...course, job: { ...job, left: true } } : { ...course, isOut: true };
}

/** What the row shows already was told before: by the holder that wrote it. */
function withoutKnown(row: JobRow | undefined, told: readonly Told[]): readonly Told[] {
  return told.slice(told.findLastIndex(({ resourceVersion }) => resourceVersion === row?.memory.resourceVersion) + 1);
}

/** A job that was there before and has no row was forgotten since, by a holder that wrote that it is gone. */
function withoutForgotten(row: JobRow | undefined, told: readonly Told[]): readonly Told[] {
  const known = new Set([row?.memory.uid]);
  return told.filter(({ type, object }) => {
    if (object.type !== "job") return true;
    if (type === "added") known.add(object.snapshot.uid);
    return known.has(object.snapshot.uid);
  });
}

function courseOf({ memory, left }: JobRow): NonNullable<Course["job"]> {
  return left ? { memory, left } : { memory };
}

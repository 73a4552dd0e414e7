import type { Match } from "#jobs/match";
import { matches } from "#jobs/namespaces";
import { meet } from "./patterns.ts";

/** Jobs: those that a match means, but those that one of others means. */
export interface Jobs {
  readonly match?: Match;
  readonly exclude?: readonly Match[];
}

/** Whether it is certain that all of these jobs are among those. `narrow` is known to have no others than `context` means. */
export function coverAll(wide: Jobs, narrow: Jobs, context: Match): boolean {
  const meant = { ...context, ...narrow.match };
  const isLeft = (left: Match) => isApart(left, meant) || narrow.exclude?.some((each) => covers(each, left)) === true;
  return covers(wide.match ?? {}, meant) && (wide.exclude ?? []).every(isLeft);
}

/** Whether it is certain that whatever the second means, the first means, too. */
function covers(wide: Match, narrow: Match): boolean {
  const given = partsOf(narrow);
  return [...partsOf(wide)].every(([part, patterns]) => given.get(part)?.every((each) => isWithin(each, patterns)));
}

function isWithin(pattern: string, patterns: readonly string[]): boolean {
  return patterns.some((wide) => matches(wide, pattern));
}

/** Whether it is certain that no job is meant by both. */
function isApart(one: Match, other: Match): boolean {
  const given = partsOf(other);
  return [...partsOf(one)].some(
    ([part, patterns]) => given.get(part)?.every((each) => !patterns.some((pattern) => meet(pattern, each))) === true,
  );
}

/** What a match asks for: the patterns of each part of a job, under a name of that part. */
function partsOf({ labels = {}, annotations = {}, ...lists }: Match): ReadonlyMap<string, readonly string[]> {
  return new Map([
    ...Object.entries(lists),
    ...Object.entries(labels).map(([key, patterns]) => [`labels ${key}`, patterns] as const),
    ...Object.entries(annotations).map(([key, patterns]) => [`annotations ${key}`, patterns] as const),
  ]);
}

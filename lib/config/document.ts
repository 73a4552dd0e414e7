import type { Place } from "./problem.ts";

/** The way from the top of a document to a value in it: keys of maps and indices of lists. */
export type Path = readonly PropertyKey[];

/** Something that may be a configuration, and that knows where each of its values was written. */
export interface Document {
  readonly value: unknown;
  /** What relative paths in it start from, absolute. */
  readonly directory: string;
  /** Where the value at a path stands, or, where there is none, what would hold it. */
  placeOf(path: Path): Place;
  /** Where the last key of a path stands. */
  placeOfKey(path: Path): Place;
}

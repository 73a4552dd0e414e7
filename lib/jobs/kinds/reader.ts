import type { Resource, Snapshot } from "../job.ts";

/** Parts of a JSON document: all of it, or of its fields these, by name; `*` is every other one. In an array, those of each element. */
export type Fields = true | { readonly [name: string]: Fields };

/** One sort of job: how the API names it and how one of its objects is read. One file a family, one line in the registry. */
export interface Kind {
  readonly resource: Resource;
  /** What is read of an object: one with nothing else is read the same. */
  readonly fields: Fields;
  /** One object as the API wrote it -> what Jobbell reads of it. Throws ZodError for anything that is not a job. */
  read(object: unknown): Snapshot;
}

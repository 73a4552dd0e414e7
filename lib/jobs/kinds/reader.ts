import type { Resource, Snapshot } from "../job.ts";

/** One sort of job: how the API names it and how one of its objects is read. One file a family, one line in the registry. */
export interface Kind {
  readonly resource: Resource;
  /** One object as the API wrote it -> what Jobbell reads of it. Throws ZodError for anything that is not a job. */
  read(object: unknown): Snapshot;
}

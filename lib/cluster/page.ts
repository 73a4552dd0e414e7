import * as z from "zod";
import type { Resource } from "#jobs/job";
import type { Fields } from "#jobs/kinds/reader";
import { ClusterError } from "./cluster.ts";

/** One page of a list. `next` is absent on the last one. */
export interface Page {
  readonly resourceVersion: string;
  readonly next: string | undefined;
  readonly items: readonly unknown[];
}

// Nothing is optional but `continue`: an answer without items is not an empty list.
const Body = z
  .object({
    kind: z.string(),
    metadata: z.object({ resourceVersion: z.string().min(1), continue: z.string().nullish() }),
    items: z.array(z.unknown()),
  })
  .transform(({ kind, metadata, items }) => ({
    kind,
    page: { resourceVersion: metadata.resourceVersion, next: metadata.continue || undefined, items },
  }));

/** What is read of a page of which these are read of each object. */
export function pageFields(items: Fields = true): Fields {
  return { kind: true, metadata: { resourceVersion: true, continue: true }, items };
}

/** Reads an answer as a page of `resource`, or throws `not-kubernetes`. */
export function readPage(cluster: string, resource: Resource, answer: unknown): Page {
  const body = Body.safeParse(answer);
  const expected = `${resource.kind}List`;
  if (body.success && body.data.kind === expected) return body.data.page;
  const problem = body.success ? `a list of another kind than ${expected}` : `no ${expected} (${missing(body.error)})`;
  const says = "check the kind, and that the server's address leads to the Kubernetes API itself";
  throw new ClusterError("not-kubernetes", cluster, `cluster "${cluster}" answers with ${problem}: ${says}`);
}

function missing(error: z.ZodError): string {
  return `what is missing or wrong: ${error.issues.map(({ path }) => path.join(".") || "everything").join(", ")}`;
}

import * as z from "zod";
import type { Memory, Snapshot } from "#jobs/job";
import type { Kind } from "#jobs/kinds/reader";
import type { JobRow } from "#store/store";

/** What one listed object turned out to be. `key` is `namespace/name`, as far as the object says. */
export type Seen =
  | { readonly type: "job"; readonly key: string; readonly snapshot: Snapshot }
  | { readonly type: "unchanged"; readonly key: string }
  | { readonly type: "unreadable"; readonly key: string | undefined; readonly why: string };

// The version is left to the kind's reader to complain of: an object that has a name is known by it.
const Identity = z.object({
  metadata: z.object({
    namespace: z.string().min(1),
    name: z.string().min(1),
    uid: z.unknown().optional(),
    resourceVersion: z.unknown().optional(),
  }),
});

/** Reads one object of a list. One that is the version that is remembered is not read again; one that cannot be read never stops the tick. */
export function readObject(kind: Kind, object: unknown, rows: ReadonlyMap<string, JobRow>): Seen {
  const identity = Identity.safeParse(object);
  if (!identity.success) return { type: "unreadable", key: undefined, why: "it has no name" };
  const { namespace, name, ...version } = identity.data.metadata;
  const key = `${namespace}/${name}`;
  const row = rows.get(key);
  if (row && row.left === undefined && isSameVersion(row.memory, version)) return { type: "unchanged", key };
  try {
    return { type: "job", key, snapshot: kind.read(object) };
  } catch (error) {
    if (error instanceof z.ZodError) return { type: "unreadable", key, why: complaintOf(error) };
    throw error;
  }
}

function isSameVersion(memory: Memory, version: { uid?: unknown; resourceVersion?: unknown }): boolean {
  return memory.uid === version.uid && memory.resourceVersion === version.resourceVersion;
}

function complaintOf({ issues }: z.ZodError): string {
  const [issue] = issues;
  return issue ? `${issue.path.join(".")}: ${issue.message}` : "its fields are not those of a job";
}

import * as z from "zod";
import type { Labels, RuleType, Snapshot } from "#jobs/job";
import type { Kind } from "#jobs/kinds/reader";
import { includes, isPattern } from "#jobs/namespaces";
import type { Watch } from "./watch.ts";

/** What one listed object turned out to be. `key` is `namespace/name`, as far as the object says. */
export type Seen =
  | { readonly type: "job"; readonly key: string; readonly snapshot: Snapshot }
  | { readonly type: "unreadable"; readonly key: string | undefined; readonly why: string };

// The rest is left to the kind's reader to complain of: an object that has a name is known by it.
const Identity = z.object({ metadata: z.object({ namespace: z.string().min(1), name: z.string().min(1) }) });

/**
 * Reads one object of a list or a change, or nothing where it lies in a namespace that is not watched. What says of no
 * namespace that it lies there may be anything.
 */
export function readWatched(watch: Watch, object: unknown): Seen | undefined {
  if (isPattern(watch.namespace)) {
    const namespace = namespaceOf(object);
    if (typeof namespace === "string" && namespace !== "" && !includes(watch, namespace)) return undefined;
  }
  return asAsked(watch, readObject(watch.kind, object));
}

// Longer than any that routes ask for: a row of DynamoDB has room for 400 kB.
const MOST_CHARACTERS = 256;

/** A change comes as a whole: of it only that stays for which the watch asks. */
function asAsked(watch: Watch, seen: Seen): Seen {
  if (seen.type !== "job") return seen;
  const { retries, createdAt, ...snapshot } = seen.snapshot;
  const annotations = askedOf(watch, snapshot);
  return {
    ...seen,
    snapshot: {
      ...snapshot,
      annotations,
      ...(retries !== undefined && hasRule(watch, "restarts") && { retries }),
      ...(createdAt !== undefined && hasRule(watch, "pendingFor") && { createdAt }),
    },
  };
}

function hasRule({ rules = [] }: Watch, type: RuleType): boolean {
  return rules.some((rule) => rule.type === type);
}

function askedOf({ annotations: wanted = [] }: Watch, { annotations: given }: Pick<Snapshot, "annotations">): Labels {
  const kept = wanted.flatMap((key) =>
    Object.hasOwn(given, key) ? [[key, (given[key] ?? "").slice(0, MOST_CHARACTERS)] as const] : [],
  );
  return Object.fromEntries(kept);
}

function namespaceOf(object: unknown): unknown {
  return (object as { metadata?: { namespace?: unknown } | null } | null)?.metadata?.namespace;
}

/**
 * Reads one object of a list. One that cannot be read never stops the tick. It is read also where its version is known
 * already, so that what is wrong with it is said as long as it is wrong: 500 objects cost what JSON.parse costs, 8 ms.
 */
export function readObject(kind: Kind, object: unknown): Seen {
  const identity = Identity.safeParse(object);
  if (!identity.success) return { type: "unreadable", key: undefined, why: "it has no name" };
  const { namespace, name } = identity.data.metadata;
  const key = `${namespace}/${name}`;
  try {
    return { type: "job", key, snapshot: kind.read(object) };
  } catch (error) {
    if (error instanceof z.ZodError) return { type: "unreadable", key, why: reasonOf(error) };
    throw error;
  }
}

function reasonOf({ issues }: z.ZodError): string {
  const [issue] = issues;
  return issue ? `${issue.path.join(".")}: ${issue.message}` : "its fields are not those of a job";
}

/** What is said of an object that cannot be read, in one line. */
export function complaintOf({ key, why }: Extract<Seen, { type: "unreadable" }>): string {
  return `${key ?? "an object"}: ${why}`;
}

/** One line for each object that cannot be read. */
export function complaintsOf(items: readonly Seen[]): readonly string[] {
  return items.flatMap((seen) => (seen.type === "unreadable" ? [complaintOf(seen)] : []));
}

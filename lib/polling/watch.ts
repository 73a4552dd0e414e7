import { createHash } from "node:crypto";
import type { ListQuery, WatchQuery } from "#cluster/cluster";
import type { Fields, Kind } from "#jobs/kinds/reader";
import { isPattern, type Namespaces } from "#jobs/namespaces";
import type { Honoured, Route } from "#routing/route";
import type { Rule } from "#rules/rule";

/** The jobs of one kind in one namespace of one cluster, or in those that a pattern matches: what one tick reads, and what one cursor belongs to. */
export interface Watch extends Namespaces {
  readonly cluster: string;
  readonly kind: Kind;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects a page. */
  readonly pageSize: number;
  readonly timeoutSeconds?: number;
  readonly resourceVersion?: string;
  /** `silent`: the jobs that are there at the first tick are remembered without a word. */
  readonly firstTick: "silent" | "announce";
  /** How changes are followed from one tick to the next; where absent, each tick lists. */
  readonly follow?: Follow;
  readonly routes: readonly Route[];
  /** Which annotations of jobs are honoured; none where absent. */
  readonly honours?: Honoured;
  readonly rules?: readonly Rule[];
  /** Keys of the annotations that routes, rules and `honours` ask for: of others nothing is read. */
  readonly annotations?: readonly string[];
  /** Whether pods are looked at where a job fails or is stalled. */
  readonly explain?: true;
}

/** How ticks read what changed instead of everything. */
interface Follow {
  /** After how long everything is listed all the same: a server that forgot what it said is silent, not wrong. */
  readonly resyncMs: number;
  /** How long a tick goes on to read what changes; absent: until it has read what did. */
  readonly holdMs?: number;
}

/** Whether a tick of it lasts: it reads changes as they come. */
export function isHeld({ follow }: Pick<Watch, "follow">): boolean {
  return follow?.holdMs !== undefined;
}

/**
 * Names a watch in the store. Another selector, pattern or exclusion makes another watch, with a first tick of its own:
 * jobs that it does not read any more have not vanished.
 */
export function watchId(watch: Watch): string {
  const { cluster, namespace } = watch;
  return `${pathOf(cluster, namespace, kindKey(watch))}${selectorsOf(watch)}`;
}

/** Names what the watches of the same namespaces with the same selectors share in the store, a claim and one row: they are polled together. */
export function scopeId({ cluster, namespace, ...selectors }: Omit<Watch, "kind">): string {
  return `${pathOf(cluster, namespace)}${selectorsOf(selectors)}`;
}

/** Names a watch within its scope: `tfjobs.kubeflow.org`. */
export function kindKey({ kind }: Watch): string {
  return `${kind.resource.plural}.${kind.resource.group}`;
}

function pathOf(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join("/");
}

type Selectors = Pick<Watch, "labelSelector" | "fieldSelector" | "exclude">;

function selectorsOf({ labelSelector, fieldSelector, exclude = [] }: Selectors): string {
  const selectors = new URLSearchParams({
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
  });
  for (const each of excludedOf(exclude)) selectors.append("exclude", each);
  return selectors.size === 0 ? "" : `?${selectors}`;
}

/** A key of DynamoDB has 2048 bytes: many names are not written out. */
const LONGEST = 500;

/** Said in another order, the same is excluded. */
function excludedOf(exclude: readonly string[]): readonly string[] {
  const names = [...new Set(exclude)].toSorted();
  const text = names.join(",");
  return text.length > LONGEST ? [createHash("sha256").update(text).digest("base64url")] : names;
}

/** A watch as people say it: `TFJobs of ml on prod`, `TFJobs of all namespaces on prod`. */
export function watchName({ cluster, namespace, kind }: Watch): string {
  return `${kind.resource.kind}s of ${namespace === "*" ? "all namespaces" : namespace} on ${cluster}`;
}

/** Whether a job that is not listed may live on: outside a selector, or since the list came from a cache that is behind. */
export function isPartial({ labelSelector, fieldSelector, resourceVersion }: Watch): boolean {
  return labelSelector !== undefined || fieldSelector !== undefined || resourceVersion !== undefined;
}

export function watchQueryOf(watch: Watch, resourceVersion: string, timeoutSeconds: number): WatchQuery {
  const { kind, labelSelector, fieldSelector } = watch;
  return {
    ...{ resource: kind.resource, namespace: askedOf(watch), resourceVersion, timeoutSeconds },
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
  };
}

export function queryOf(watch: Watch): ListQuery {
  const { kind, labelSelector, fieldSelector, pageSize, timeoutSeconds, resourceVersion } = watch;
  return {
    resource: kind.resource,
    namespace: askedOf(watch),
    limit: pageSize,
    fields: fieldsOf(watch),
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
}

/** Annotations may be long, kubectl's is the whole object: only those that are asked for are read. */
function fieldsOf({ kind: { fields }, annotations = [] }: Watch): Fields {
  if (fields === true || annotations.length === 0) return fields;
  const wanted = Object.fromEntries(annotations.map((key) => [key, true as const]));
  const metadata = fields.metadata === true || fields.metadata === undefined ? {} : fields.metadata;
  return { ...fields, metadata: { ...metadata, annotations: wanted } };
}

/** A server knows no patterns: it is asked for all namespaces. */
function askedOf({ namespace }: Watch): string {
  return isPattern(namespace) ? "" : namespace;
}

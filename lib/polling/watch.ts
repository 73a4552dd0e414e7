import type { ListQuery, WatchQuery } from "#cluster/cluster";
import type { Kind } from "#jobs/kinds/reader";
import type { Route } from "#routing/route";

/** The jobs of one kind in one namespace of one cluster: what one tick reads, and what one cursor belongs to. */
export interface Watch {
  readonly cluster: string;
  readonly namespace: string;
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

/** Names a watch in the store. Another selector makes another watch, with a first tick of its own. */
export function watchId(watch: Watch): string {
  const { cluster, namespace } = watch;
  return `${pathOf(cluster, namespace, kindKey(watch))}${selectorsOf(watch)}`;
}

/** Names what the watches of one namespace with the same selectors share in the store, a claim and one row: they are polled together. */
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

function selectorsOf({ labelSelector, fieldSelector }: Pick<Watch, "labelSelector" | "fieldSelector">): string {
  const selectors = new URLSearchParams({
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
  });
  return selectors.size === 0 ? "" : `?${selectors}`;
}

/** A watch as people say it: `TFJobs of ml on prod`. */
export function watchName({ cluster, namespace, kind }: Watch): string {
  return `${kind.resource.kind}s of ${namespace} on ${cluster}`;
}

/** Whether a job that is not listed may live on: outside a selector, or since the list came from a cache that is behind. */
export function isPartial({ labelSelector, fieldSelector, resourceVersion }: Watch): boolean {
  return labelSelector !== undefined || fieldSelector !== undefined || resourceVersion !== undefined;
}

export function watchQueryOf(watch: Watch, resourceVersion: string, timeoutSeconds: number): WatchQuery {
  const { namespace, kind, labelSelector, fieldSelector } = watch;
  return {
    ...{ resource: kind.resource, namespace, resourceVersion, timeoutSeconds },
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
  };
}

export function queryOf(watch: Watch): ListQuery {
  const { namespace, kind, labelSelector, fieldSelector, pageSize, timeoutSeconds, resourceVersion } = watch;
  return {
    resource: kind.resource,
    namespace,
    limit: pageSize,
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
}

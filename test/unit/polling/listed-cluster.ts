import type { Cluster, ListQuery, WatchEvent, WatchQuery } from "#cluster/cluster";
import type { Resource } from "#jobs/job";
import { tfJob } from "#jobs/kinds/kubeflow";
import { conditions, time } from "../jobs/objects.ts";

interface ListedObject {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly status: { readonly conditions: unknown };
}

/** What a write did to one object. */
interface Change {
  readonly version: number;
  readonly path: string;
  readonly before: ListedObject | undefined;
  readonly after: ListedObject | undefined;
}

/** A cluster in memory, for what needs many ticks or many jobs: it lists what is there at the moment of the call and replays what came before it, `label` selectors of the form `team=vision` included. */
export interface ListedCluster extends Cluster {
  /** Creates jobs, or gives those that exist a new version: `{ mnist: "Created=True@1" }`; `research/mnist` is one of another namespace than `ml`. */
  set(jobs: Readonly<Record<string, string>>, options?: SetOptions): void;
  remove(...names: readonly string[]): void;
  /** Remembers everything as it is now, and answers with how to go back to it. */
  save(): () => void;
  /** Forgets what watches could go on from. */
  forget(): void;
  /** Awaited when a list was taken, before it is handed out. */
  onListed: () => Promise<void>;
  /** Awaited when a watch was opened, before its events are handed out. */
  onWatched: () => Promise<void>;
  /** How often it was listed and watched. */
  readonly calls: { lists: number; watches: number };
}

interface SetOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly resource?: Resource;
}

export function openListedCluster(): ListedCluster {
  const objects = new Map<string, ListedObject>();
  let changes: Change[] = [];
  let version = 100;
  let oldest = 100;
  const keyOf = (name: string) => (name.includes("/") ? name : `ml/${name}`);
  const nameOf = ({ plural }: Resource, name: string) => `${plural}/${keyOf(name)}`;
  const isAsked = (path: string, { resource, namespace }: Pick<ListQuery, "resource" | "namespace">) =>
    path.startsWith(namespace === "" ? `${resource.plural}/` : `${resource.plural}/${namespace}/`);

  function isSelected({ metadata }: ListedObject, { labelSelector }: Pick<ListQuery, "labelSelector">): boolean {
    const [label = "", value = ""] = labelSelector?.split("=") ?? [];
    return label === "" || metadata.labels[label] === value;
  }

  function listed(query: ListQuery): readonly ListedObject[] {
    return [...objects]
      .filter(([path, object]) => isAsked(path, query) && isSelected(object, query))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  function write(path: string, after: ListedObject | undefined): void {
    changes.push({ version, path, before: objects.get(path), after });
    if (after === undefined) objects.delete(path);
    else objects.set(path, after);
  }

  function replayed<T>(query: WatchQuery, read: (object: unknown) => T): readonly WatchEvent<T>[] {
    return changes
      .filter((change) => change.version > Number(query.resourceVersion))
      .filter(({ path }) => isAsked(path, query))
      .flatMap((change) => eventOf(change, query, read) ?? []);
  }

  /** As the API server does: with a selector, who ceases to match is deleted, in its last state that did. */
  function eventOf<T>(change: Change, query: WatchQuery, read: (object: unknown) => T): WatchEvent<T> | undefined {
    const [was, is] = [change.before, change.after].map((object) =>
      object !== undefined && isSelected(object, query) ? object : undefined,
    );
    const resourceVersion = String(change.version);
    if (is !== undefined) return { type: was === undefined ? "added" : "modified", resourceVersion, object: read(is) };
    if (was === undefined) return undefined;
    return {
      type: "deleted",
      resourceVersion,
      object: read({ ...was, metadata: { ...was.metadata, resourceVersion } }),
    };
  }

  const cluster: ListedCluster = {
    name: "prod",
    onListed: async () => {},
    onWatched: async () => {},
    calls: { lists: 0, watches: 0 },
    async watch(query, read, signal) {
      signal.throwIfAborted();
      cluster.calls.watches += 1;
      const isGone = Number(query.resourceVersion) < oldest;
      let events = isGone ? [] : replayed(query, read);
      await cluster.onWatched();
      const take = () => {
        const taken = events;
        events = [];
        return taken;
      };
      return { next: async () => ({ events: take(), state: isGone ? "gone" : "quiet" }), close: () => {} };
    },
    async list(query, read, signal) {
      signal.throwIfAborted();
      cluster.calls.lists += 1;
      const [items, resourceVersion] = [listed(query), String(version)];
      await cluster.onListed();
      return { resourceVersion, items: items.flatMap((object) => read(object) ?? []) };
    },
    get: async (resource, namespace, name) => objects.get(nameOf(resource, `${namespace}/${name}`)),
    log: async () => Buffer.alloc(0),
    traffic: () => ({ requests: 0, bytesRead: 0 }),
    close: async () => {},
    set(jobs, { labels, resource = tfJob.resource } = {}) {
      for (const [name, text] of Object.entries(jobs)) {
        version += 1;
        const before = objects.get(nameOf(resource, name))?.metadata;
        const [namespace = "", own = ""] = keyOf(name).split("/");
        const metadata = {
          ...{ namespace, name: own, creationTimestamp: time(0), resourceVersion: String(version) },
          uid: before?.uid ?? `uid-${version}`,
          labels: labels ?? before?.labels ?? {},
        };
        write(nameOf(resource, name), { metadata, status: { conditions: conditions(text) } });
      }
    },
    remove(...names) {
      for (const name of names) {
        version += 1;
        if (objects.has(nameOf(tfJob.resource, name))) write(nameOf(tfJob.resource, name), undefined);
      }
    },
    forget() {
      version += 1;
      oldest = version;
    },
    save() {
      const [saved, savedVersion, savedChanges, savedOldest] = [[...objects], version, [...changes], oldest];
      return () => {
        objects.clear();
        for (const [path, object] of saved) objects.set(path, object);
        version = savedVersion;
        changes = [...savedChanges];
        oldest = savedOldest;
      };
    },
  };
  return cluster;
}

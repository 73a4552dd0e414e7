import type { Cluster, ListQuery } from "#cluster/cluster";
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

/** A cluster in memory, for what needs many ticks or many jobs: it lists what is there at the moment of the call, `label` selectors of the form `team=vision` included. */
export interface ListedCluster extends Cluster {
  /** Creates jobs, or gives those that exist a new version: `{ mnist: "Created=True@1" }`. */
  set(jobs: Readonly<Record<string, string>>, options?: SetOptions): void;
  remove(...names: readonly string[]): void;
  /** Remembers everything as it is now, and answers with how to go back to it. */
  save(): () => void;
  /** Awaited when a list was taken, before it is handed out. */
  onListed: () => Promise<void>;
}

interface SetOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly resource?: Resource;
}

export function openListedCluster(): ListedCluster {
  const objects = new Map<string, ListedObject>();
  let version = 100;
  const nameOf = ({ plural }: Resource, name: string) => `${plural}/${name}`;

  function listed({ resource, labelSelector }: ListQuery): readonly ListedObject[] {
    const [label = "", value = ""] = labelSelector?.split("=") ?? [];
    return [...objects]
      .filter(
        ([path, { metadata }]) =>
          path.startsWith(`${resource.plural}/`) && (label === "" || metadata.labels[label] === value),
      )
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  const cluster: ListedCluster = {
    name: "prod",
    onListed: async () => {},
    async list(query, read, signal) {
      signal.throwIfAborted();
      const [items, resourceVersion] = [listed(query), String(version)];
      await cluster.onListed();
      return { resourceVersion, items: items.flatMap((object) => read(object) ?? []) };
    },
    get: async (resource, _namespace, name) => objects.get(nameOf(resource, name)),
    traffic: () => ({ requests: 0, bytesRead: 0 }),
    close: async () => {},
    set(jobs, { labels, resource = tfJob.resource } = {}) {
      for (const [name, text] of Object.entries(jobs)) {
        version += 1;
        const before = objects.get(nameOf(resource, name))?.metadata;
        const metadata = {
          ...{ namespace: "ml", name, creationTimestamp: time(0), resourceVersion: String(version) },
          uid: before?.uid ?? `uid-${version}`,
          labels: labels ?? before?.labels ?? {},
        };
        objects.set(nameOf(resource, name), { metadata, status: { conditions: conditions(text) } });
      }
    },
    remove(...names) {
      version += 1;
      for (const name of names) objects.delete(nameOf(tfJob.resource, name));
    },
    save() {
      const [saved, savedVersion] = [[...objects], version];
      return () => {
        objects.clear();
        for (const [path, object] of saved) objects.set(path, object);
        version = savedVersion;
      };
    },
  };
  return cluster;
}

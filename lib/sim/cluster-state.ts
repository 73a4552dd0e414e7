import { apiVersionOf } from "#jobs/event";
import type { Resource } from "#jobs/job";
import { born, changed, timeOf, uidsFrom } from "./metadata.ts";
import { arranged, type KubeObject, keyOf } from "./objects.ts";
import { Collection, Version } from "./storage.ts";

export interface StateOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** With a seed the uids are the same in every run. */
  readonly seed?: string | undefined;
  /** The kinds that are installed. */
  readonly resources: readonly Resource[];
}

/** How long old versions are kept at least. The real server compacts every five minutes. */
const KEPT_MS = 300_000;

/** The objects of a cluster and their past. Each write is a revision of the whole cluster, one more than the last. */
export class ClusterState {
  readonly #now: () => number;
  readonly #uid: () => string;
  readonly #collections: ReadonlyMap<string, Collection>;
  #revision = 1000;
  #sweptAt: number;
  /** The oldest revision of which a list can be read. */
  oldestList = 1000;
  /** The oldest revision from which a watch can go on. */
  oldestWatch = 1000;

  constructor({ now, seed, resources }: StateOptions) {
    this.#now = now;
    this.#uid = uidsFrom(seed);
    this.#sweptAt = now();
    this.#collections = new Map(resources.map((resource) => [nameOf(resource), new Collection()]));
  }

  get revision(): number {
    return this.#revision;
  }

  /** The objects of a kind, or `undefined` where it is not installed. */
  collection(resource: Resource): Collection | undefined {
    return this.#collections.get(nameOf(resource));
  }

  get(resource: Resource, namespace: string, name: string): KubeObject | undefined {
    const version = this.#collectionOf(resource).get(keyOf(namespace, name));
    return version && copyOf(resource, version);
  }

  create(resource: Resource, object: KubeObject): KubeObject {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    if (this.#collectionOf(resource).get(key)) throw new Error(`${resource.plural} "${key}" already exists`);
    return this.#write(resource, key, born(resource, object, this.#uid, timeOf(this.#now())));
  }

  /** Changes an object. A change that changes nothing is no new version; one that ends the last finalizer ends the object. */
  update(resource: Resource, namespace: string, name: string, mutate: (draft: KubeObject) => void): KubeObject {
    const key = keyOf(namespace, name);
    const before = this.#existing(resource, key);
    const draft = copyOf(resource, before);
    mutate(draft);
    const after = arranged(resource, draft);
    if (JSON.stringify(after) === before.json) return draft;
    if (after.metadata.deletionTimestamp && !after.metadata.finalizers?.length) return this.#erase(resource, before);
    return this.#write(resource, key, changed(resource, before.object, after, timeOf(this.#now())));
  }

  /** Deletes an object; one with finalizers is only marked, until they are gone. */
  remove(resource: Resource, namespace: string, name: string): void {
    const version = this.#existing(resource, keyOf(namespace, name));
    if (!version.object.metadata.finalizers?.length) this.#erase(resource, version);
    else {
      this.update(resource, namespace, name, ({ metadata }) => {
        Object.assign(metadata, { deletionTimestamp: timeOf(this.#now()), deletionGracePeriodSeconds: 0 });
      });
    }
  }

  /** Makes every version that a client may hold too old to go on from. `lists`: continue tokens, too. */
  forget({ lists }: { readonly lists: boolean }): void {
    // A write of something else: what a client holds is older than everything that is kept.
    this.#revision += 1;
    this.oldestWatch = this.#revision;
    if (!lists) return;
    this.oldestList = this.#revision;
    for (const collection of this.#collections.values()) collection.compact(this.#revision);
  }

  #write(resource: Resource, key: string, object: KubeObject): KubeObject {
    this.#revision += 1;
    object.metadata.resourceVersion = String(this.#revision);
    const version = new Version(key, this.#revision, arranged(resource, object));
    this.#collectionOf(resource).write(key, this.#revision, this.#now(), version);
    this.#sweep();
    return copyOf(resource, version);
  }

  #erase(resource: Resource, version: Version): KubeObject {
    this.#revision += 1;
    this.#collectionOf(resource).write(version.key, this.#revision, this.#now(), undefined);
    return copyOf(resource, version);
  }

  #existing(resource: Resource, key: string): Version {
    const version = this.#collectionOf(resource).get(key);
    if (version === undefined) throw new Error(`${resource.plural} "${key}" not found`);
    return version;
  }

  #collectionOf(resource: Resource): Collection {
    const collection = this.collection(resource);
    if (collection === undefined) throw new Error(`${nameOf(resource)} is not installed`);
    return collection;
  }

  // Looked at once in a while only: a look costs as much as the history is long.
  #sweep(): void {
    const now = this.#now();
    if (now - this.#sweptAt < KEPT_MS) return;
    this.#sweptAt = now;
    const collections = [...this.#collections.values()];
    const oldest = Math.max(0, ...collections.map((kept) => kept.lastChangeBefore(now - KEPT_MS) ?? 0));
    if (oldest <= this.oldestList) return;
    this.oldestList = oldest;
    this.oldestWatch = Math.max(this.oldestWatch, oldest);
    for (const collection of collections) collection.compact(oldest);
  }
}

function nameOf({ plural, version, group }: Resource): string {
  return `${plural}.${version}.${group}`;
}

// Reading the JSON back is twice as fast as structuredClone, and the JSON is needed anyway.
function copyOf(resource: Resource, version: Version): KubeObject {
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...JSON.parse(version.json) };
}

import type { KubeObject } from "./objects.ts";

/** One version of one object. Its JSON is made once, whoever asks for it. */
export class Version {
  readonly key: string;
  readonly revision: number;
  readonly object: KubeObject;
  #json: string | undefined;

  constructor(key: string, revision: number, object: KubeObject) {
    this.key = key;
    this.revision = revision;
    this.object = object;
  }

  /** Without kind and apiVersion. */
  get json(): string {
    this.#json ??= JSON.stringify(this.object);
    return this.#json;
  }
}

/** What one write did to one object. `at` is milliseconds since 1970. */
export interface Change {
  readonly revision: number;
  readonly at: number;
  readonly before: Version | undefined;
  readonly after: Version | undefined;
}

interface Entry {
  readonly revision: number;
  readonly version: Version | undefined;
}

/** All versions of the objects of one kind: a list can be read as it was at any revision that is not forgotten. */
export class Collection {
  readonly #entries = new Map<string, Entry[]>();
  readonly #listeners = new Set<(change: Change) => void>();
  #changes: Change[] = [];
  #snapshot: { readonly revision: number; readonly versions: readonly Version[] } | undefined;

  get(key: string): Version | undefined {
    return this.#entries.get(key)?.at(-1)?.version;
  }

  /** Every object that existed at that revision, by key. */
  at(revision: number): readonly Version[] {
    if (this.#snapshot?.revision !== revision) this.#snapshot = { revision, versions: this.#read(revision) };
    return this.#snapshot.versions;
  }

  since(revision: number): readonly Change[] {
    return this.#changes.filter((change) => change.revision > revision);
  }

  write(key: string, revision: number, at: number, after: Version | undefined): void {
    const entries = this.#entries.get(key) ?? [];
    const change = { revision, at, before: entries.at(-1)?.version, after };
    this.#entries.set(key, [...entries, { revision, version: after }]);
    this.#changes.push(change);
    for (const listener of this.#listeners) listener(change);
  }

  /** Calls back for each change from now on, until the answer is called. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets how the objects were before that revision. */
  compact(revision: number): void {
    this.#changes = this.#changes.filter((change) => change.revision > revision);
    for (const [key, entries] of this.#entries) {
      const kept = entries.slice(
        Math.max(
          0,
          entries.findLastIndex((entry) => entry.revision <= revision),
        ),
      );
      if (kept.length === 1 && kept[0]?.version === undefined) this.#entries.delete(key);
      else this.#entries.set(key, kept);
    }
  }

  /** The revision of the last change that is older than that moment. */
  lastChangeBefore(at: number): number | undefined {
    return this.#changes.findLast((change) => change.at < at)?.revision;
  }

  #read(revision: number): readonly Version[] {
    const versions = [...this.#entries.values()].map(
      (entries) => entries.findLast((entry) => entry.revision <= revision)?.version,
    );
    return versions.filter((version) => version !== undefined).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }
}

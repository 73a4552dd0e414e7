import type { Cluster, ListQuery } from "#cluster/cluster";
import type { Snapshot, Step } from "#jobs/job";
import type { Kind } from "#jobs/kinds/reader";
import type { Watch } from "#polling/watch";
import type { Route } from "#routing/route";
import { KINDS, START, toldAtOnce } from "../workload.ts";

export const FLEET = {
  clusters: 20,
  namespaces: 10_000,
  /** In each namespace but the first, which is hot. */
  jobs: 98,
  hotJobs: 20_000,
  /** Of all changes, those of the hot namespace. */
  hotShare: 0.3,
  changesAnHour: 10_000,
  failsOneIn: 20,
  channels: 100,
  objectBytes: 10_000,
  pageSize: 500,
} as const;

export const ALL_JOBS = FLEET.hotJobs + (FLEET.namespaces - 1) * FLEET.jobs;
export const HOT = "team-00000";
export const HOT_CHANNEL = "hot";

const LABELS = { team: "vision", tier: "prod", owner: "mira" };
const REPLICAS = { Worker: { active: 2, succeeded: 0, failed: 0, desired: 2 } };
const BORN = START / 1000;
const RUNS: readonly Step[] = ["Created", "Running"].map((type, at) => stepOf(type as Step["type"], BORN + at));

/** A fleet of clusters: what has not changed is made up when it is listed, and forgotten again. */
export interface Fleet {
  readonly watches: readonly Watch[];
  cluster(name: string): Cluster;
  /** Ends a job that runs, in its cluster, at that time. */
  end(namespace: string, number: number, type: "Succeeded" | "Failed", at: number): void;
  /** What lists have cost the API servers. */
  readonly lists: { requests: number; bytes: number; objects: number };
}

/** `onListed` hears of every list and how long it was. */
export function openFleet(onListed: (objects: number) => void): Fleet {
  const ended = new Map<string, Map<number, Step>>();
  /** All ends in the order in which they came: the number of one is the cluster's version then. */
  const history: { readonly namespace: string; readonly number: number }[] = [];
  const lists = { requests: 0, bytes: 0, objects: 0 };

  function* objects(namespace: string, kind: number): Generator<{ metadata: object; snapshot: Snapshot }> {
    const ends = ended.get(namespace);
    const count = namespace === HOT ? FLEET.hotJobs : FLEET.jobs;
    for (let number = 0; number < count; number += 1) {
      if (kindOf(number) === kind) yield objectOf(namespace, number, ends?.get(number));
    }
  }

  const openCluster = (name: string): Cluster => ({
    name,
    async list<T>({ resource, namespace }: ListQuery, read: (object: unknown) => T | undefined) {
      const kind = KINDS.findIndex((each) => each.resource === resource);
      let count = 0;
      const items: T[] = [];
      for (const object of objects(namespace, kind)) {
        count += 1;
        const item = read(object);
        if (item !== undefined) items.push(item);
      }
      lists.requests += Math.max(1, Math.ceil(count / FLEET.pageSize));
      lists.objects += count;
      lists.bytes += count * FLEET.objectBytes;
      onListed(count);
      return { resourceVersion: String(history.length), items };
    },
    async watch({ resource, namespace, resourceVersion }, read) {
      const kind = KINDS.findIndex((each) => each.resource === resource);
      const later = history.slice(Number(resourceVersion));
      const changed = later.filter((end) => end.namespace === namespace && kindOf(end.number) === kind);
      lists.requests += 1;
      lists.objects += changed.length;
      lists.bytes += changed.length * FLEET.objectBytes;
      onListed(changed.length);
      return toldAtOnce(
        changed.map(({ number }) => ({
          type: "modified",
          resourceVersion: String(history.length),
          object: read(objectOf(namespace, number, ended.get(namespace)?.get(number))),
        })),
      );
    },
    get: async () => undefined,
    log: async () => Buffer.alloc(0),
    traffic: () => ({ requests: 0, bytesRead: 0 }),
    close: async () => {},
  });
  const clusters = new Map(Array.from({ length: FLEET.clusters }, (_, n) => [`c${n}`, openCluster(`c${n}`)]));

  return {
    lists,
    watches: Array.from({ length: FLEET.namespaces }, (_, number) => watchesOf(number)).flat(),
    cluster: (name) => clusters.get(name) ?? openCluster(name),
    end(namespace, number, type, at) {
      const ends = ended.get(namespace) ?? new Map<number, Step>();
      ended.set(namespace, ends.set(number, stepOf(type, Math.floor(at / 1000))));
      history.push({ namespace, number });
    },
  };
}

function objectOf(namespace: string, number: number, end: Step | undefined): { metadata: object; snapshot: Snapshot } {
  const name = `training-${number}`;
  const steps = end === undefined ? RUNS : [...RUNS, end];
  const uid = `${namespace.slice("team-".length).padStart(8, "0")}-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const resourceVersion = String(100_000_000 + number * 4 + steps.length);
  const snapshot = {
    ...{ namespace, name, uid, resourceVersion, labels: LABELS, annotations: {}, replicas: REPLICAS, startedAt: BORN },
    steps,
  };
  return { metadata: { namespace, name, uid, resourceVersion }, snapshot };
}

export function namespaceOf(number: number): string {
  return `team-${String(number).padStart(5, "0")}`;
}

/** Reading objects is left out: what it costs is measured with real ones, and a million of them a minute take too long. */
function asListed({ resource }: Kind): Kind {
  return { resource, fields: true, read: (object) => (object as { readonly snapshot: Snapshot }).snapshot };
}

const LISTED_KINDS = KINDS.map(asListed);

function watchesOf(number: number): readonly Watch[] {
  const namespace = namespaceOf(number);
  const routes: readonly Route[] =
    namespace === HOT
      ? [{ on: ["Succeeded", "Failed"], receivers: [HOT_CHANNEL] }]
      : [{ on: ["Failed"], receivers: [`channel-${number % FLEET.channels}`] }];
  const cluster = `c${number % FLEET.clusters}`;
  return LISTED_KINDS.map((kind) => ({
    ...{ cluster, namespace, kind, routes },
    ...{ pageSize: FLEET.pageSize, firstTick: "silent" },
  }));
}

function kindOf(number: number): number {
  return Math.floor((number % 5) / 2);
}

function stepOf(type: Step["type"], at: number): Step {
  return { type, at, reason: `TFJob${type}`, message: `TFJob training is ${type.toLowerCase()}.` };
}

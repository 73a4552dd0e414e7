import { createHash } from "node:crypto";
import type { Cluster, WatchEvent, WatchStream } from "#cluster/cluster";
import { apiVersionOf, rfc3339 } from "#jobs/event";
import type { Resource } from "#jobs/job";
import { batchJob } from "#jobs/kinds/batch-job";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import type { Kind } from "#jobs/kinds/reader";
import type { Watch } from "#polling/watch";
import type { Route } from "#routing/route";
import type { Rule } from "#rules/rule";
import { jobOf } from "#sim/job-specs";
import { lifeOf } from "#sim/lives";
import type { Stage } from "#sim/lives/stage";
import type { KubeObject } from "#sim/objects";

/** Milliseconds since 1970. */
type Millis = number;

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** A namespace as a team might use it. Nothing in it is drawn: what is listed depends on the time alone. */
export const WORKLOAD = {
  jobsADay: 1000,
  /** Until a job ends, and until it is cleaned away: so 500 are listed at any time, a third of them finished. */
  runsMs: 8 * HOUR,
  staysMs: 12 * HOUR,
  /** One in so many fails. */
  failsOneIn: 20,
  objectBytes: 10_000,
} as const;

/** A moment at which everything is under way: far from the first job. */
export const START: Millis = Date.parse("2026-11-02T00:00:00Z");

export const KINDS: readonly Kind[] = [tfJob, pyTorchJob, batchJob];
const GAP_MS = (24 * HOUR) / WORKLOAD.jobsADay;
const LABELS = { team: "vision", tier: "prod", owner: "mira" };

/** Two of five jobs are TFJobs, two are PyTorchJobs, one is a batch Job. */
function kindOf(number: number): Kind {
  return KINDS[Math.floor((number % 5) / 2)] ?? batchJob;
}

/** The jobs of a kind that are listed then, in the order of their names. */
export function objectsAt(now: Millis, resource: Resource, namespace = "ml"): readonly KubeObject[] {
  const last = Math.floor(now / GAP_MS);
  const first = Math.floor((now - WORKLOAD.staysMs) / GAP_MS) + 1;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    .filter((number) => kindOf(number).resource === resource)
    .map((number) => objectAt(number, now, namespace));
}

const made = new Map<string, KubeObject>();

/** The numbers of jobs grow, and have as many digits: their order is that of their names. */
function objectAt(number: number, now: Millis, namespace: string): KubeObject {
  const lived = livedBy(number, now);
  const key = `${namespace}/${number}/${lived.length}`;
  const object = made.get(key) ?? makeObject(number, lived, namespace);
  made.set(key, object);
  return object;
}

function livedBy(number: number, now: Millis): readonly (readonly [Stage, Millis])[] {
  const born = number * GAP_MS;
  // Half of all jobs run before the next tick, so that it sees both in one look.
  const stages: [Stage, Millis][] = [
    ["create", SECOND],
    ["run", number % 2 === 0 ? 2 * SECOND : 61 * SECOND],
    [number % WORKLOAD.failsOneIn === 0 ? "fail" : "succeed", WORKLOAD.runsMs],
  ];
  return stages.map(([stage, after]) => [stage, born + after] as const).filter(([, at]) => at <= now);
}

function makeObject(number: number, lived: ReturnType<typeof livedBy>, namespace: string): KubeObject {
  const { resource } = kindOf(number);
  const name = `training-${number}`;
  const { metadata, ...rest } = jobOf(resource, { name, namespace, labels: LABELS, workers: 2, suspend: false });
  const uid = uidOf(number);
  const times = { creationTimestamp: timeOf(number * GAP_MS), resourceVersion: `${number}${lived.length}` };
  const job = {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: { ...metadata, ...times, uid },
    ...rest,
  };
  for (const [stage, at] of lived) {
    for (const { change } of lifeOf(resource, [stage])) if (change !== "delete") change(job, timeOf(at));
  }
  return filledUp(job, number);
}

/** What tools leave in an object: nobody here reads it, and everybody transfers it. */
function filledUp(job: KubeObject, number: number): KubeObject {
  const missing = WORKLOAD.objectBytes - JSON.stringify(job).length;
  const lines = Array.from({ length: Math.ceil(missing / 64) }, (_, line) => {
    return `env ${line} of job ${number}: --learning-rate=0.${(number * 31 + line) % 997} --steps=${line * 100}`.padEnd(
      63,
    );
  });
  job.metadata.annotations = { "kubectl.kubernetes.io/last-applied-configuration": lines.join("\n").slice(0, missing) };
  return job;
}

function uidOf(number: number): string {
  const digest = createHash("md5").update(String(number)).digest("hex");
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function timeOf(millis: Millis): string {
  return rfc3339(Math.floor(millis / 1000));
}

/** A cluster that lists the workload as it is at the time of the call. */
export function workloadCluster(now: () => Millis): Cluster {
  let requests = 0;
  let bytesRead = 0;
  return {
    name: "prod",
    async list({ resource, namespace }, read) {
      const objects = objectsAt(now(), resource, namespace);
      requests += 1;
      bytesRead += objects.length * WORKLOAD.objectBytes;
      return { resourceVersion: String(now()), items: objects.flatMap((object) => read(object) ?? []) };
    },
    async watch({ resource, namespace, resourceVersion }, read) {
      const at = now();
      const changes = changesBetween(
        objectsAt(Number(resourceVersion), resource, namespace),
        objectsAt(at, resource, namespace),
      );
      requests += 1;
      bytesRead += changes.length * WORKLOAD.objectBytes;
      return toldAtOnce(
        changes.map(({ type, object }) => ({ type, resourceVersion: String(at), object: read(object) })),
      );
    },
    get: async () => undefined,
    log: async () => Buffer.alloc(0),
    traffic: () => ({ requests, bytesRead }),
    close: async () => {},
  };
}

interface ObjectChange {
  readonly type: "added" | "modified" | "deleted";
  readonly object: KubeObject;
}

/** What a watch tells of two moments: of each job the last of its versions. */
function changesBetween(before: readonly KubeObject[], after: readonly KubeObject[]): readonly ObjectChange[] {
  const versions = new Map(before.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  const names = new Set(after.map(({ metadata }) => metadata.name));
  const seen = after.flatMap((object): ObjectChange[] => {
    const version = versions.get(object.metadata.name);
    if (version === undefined) return [{ type: "added", object }];
    return version === object.metadata.resourceVersion ? [] : [{ type: "modified", object }];
  });
  const gone = before.filter(({ metadata }) => !names.has(metadata.name));
  return [...seen, ...gone.map((object): ObjectChange => ({ type: "deleted", object }))];
}

/** A watch that tells everything in one burst, and then is silent. */
export function toldAtOnce<T>(events: readonly WatchEvent<T>[]): WatchStream<T> {
  let left = events;
  return {
    async next() {
      const told = left;
      left = [];
      return { events: told, state: "quiet" };
    },
    close: () => {},
  };
}

/** The watches of the workload's namespace. */
export function watchesOf(routes: readonly Route[], namespace = "ml"): readonly Watch[] {
  const follow = { resyncMs: HOUR };
  const common = { cluster: "prod", namespace, pageSize: 500, firstTick: "silent", follow, routes } as const;
  return KINDS.map((kind) => ({ ...common, kind }));
}

/** All that can be asked of a job over time; none of it is ever crossed here. */
export const ALL_RULES: readonly Rule[] = [
  { type: "pendingFor", seconds: 3600 },
  { type: "suspendedFor", seconds: 24 * 3600 },
  { type: "runningFor", seconds: 24 * 3600 },
  { type: "restarts", moreThan: 3, withinSeconds: 3600 },
];

/** Who hears of what: the three ways of using Jobbell that the bill is made out for. */
export const ROUTES = {
  failures: [{ on: ["Failed"], receivers: ["chat"] }],
  ends: [{ on: ["Succeeded", "Failed", "Vanished"], receivers: ["chat"] }],
  starts: [{ on: ["Running", "Succeeded", "Failed", "Vanished"], receivers: ["chat"] }],
} as const satisfies Readonly<Record<string, readonly Route[]>>;

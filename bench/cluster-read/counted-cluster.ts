import { tfJob } from "#jobs/kinds/kubeflow";
import { json, notInstalled, Refusal } from "#sim/answer";
import { ClusterState } from "#sim/cluster-state";
import { handle, type Reply } from "#sim/handle";
import { lifeOf } from "#sim/lives";
import { timeOf } from "#sim/metadata";
import { keyOf } from "#sim/objects";
import type { ApiRequest } from "#sim/request";
import { Version } from "#sim/storage";
import { DISCOVERY } from "./discovery.ts";
import { BEGINNING, isRunning, nameOf, TrainingJob } from "./training-jobs.ts";

/** How large a cluster is: that many TFJobs in each namespace. */
export interface ClusterSize {
  readonly namespaces: readonly string[];
  readonly jobs: number;
}

/** The simulated API server's own answers about many jobs, and a way to let something happen to them. */
export interface CountedCluster {
  /** Of the last write. */
  readonly revision: number;
  reply(request: ApiRequest): Reply;
  /** Lets as many running jobs of the first namespace succeed, each its own one, and names them. */
  change(count: number): readonly string[];
}

const { resource } = tfJob;

export function openCountedCluster({ namespaces, jobs }: ClusterSize): CountedCluster {
  const state = new ClusterState({ now: Date.now, resources: [resource] });
  for (const namespace of namespaces) {
    for (let number = 0; number < jobs; number += 1) {
      const job = new TrainingJob(namespace, number);
      state.collection(resource)?.write(job.key, BEGINNING, Date.now(), job);
    }
  }
  let next = 0;
  return {
    get revision() {
      return state.revision;
    },
    reply: (request) => replyTo(state, request),
    change: (count) =>
      Array.from({ length: count }, () => {
        while (!isRunning(next)) next += 1;
        const name = nameOf(next++);
        succeed(state, namespaces[0] ?? "", name);
        return name;
      }),
  };
}

function replyTo(state: ClusterState, request: ApiRequest): Reply {
  const [path = ""] = request.path.split("?");
  const known = DISCOVERY[path];
  if (known !== undefined) return json(200, JSON.stringify(known));
  if (!path.startsWith("/apis/kubeflow.org/")) return notInstalled;
  const context = { state, resources: [resource], users: undefined, provider: "kubernetes", now: Date.now } as const;
  try {
    return handle(context, request);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

function succeed(state: ClusterState, namespace: string, name: string): void {
  const [moment] = lifeOf(resource, ["succeed"]);
  keep(state, namespace, name);
  state.update(resource, namespace, name, (job) => {
    if (moment !== undefined && moment.change !== "delete") moment.change(job, timeOf(Date.now()));
  });
}

/** What a change is compared with is to be the object itself, and no template of it. */
function keep(state: ClusterState, namespace: string, name: string): void {
  const key = keyOf(namespace, name);
  const collection = state.collection(resource);
  const stored = collection?.get(key);
  if (stored !== undefined)
    collection?.write(key, BEGINNING, Date.now(), new Version(key, BEGINNING, JSON.parse(stored.json)));
}

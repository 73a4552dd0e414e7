import { type Change, type Changeable, changeable, ifVersion, merged, mergeOf, type Provider } from "#cluster/change";
import { ClusterError, type JobApi, type Patch } from "#cluster/cluster";
import type { Resource } from "#jobs/job";
import { known } from "#jobs/known";
import { EXIT, UsageError } from "../failure.ts";
import { complain, print } from "../print.ts";
import { table } from "../table.ts";
import { type Difference, differences, lost } from "./differences.ts";
import { namedBy, namespaceOf } from "./kind.ts";
import { type ClusterOptions, notFound, openCluster } from "./open.ts";
import { type Format, nameOf, oneAs } from "./output.ts";

/** What `jobbell job patch` was given, as commander parsed it. */
export interface PatchOptions extends ClusterOptions {
  readonly namespace?: string;
  readonly label?: Readonly<Record<string, string | null>>;
  readonly annotation?: Readonly<Record<string, string | null>>;
  readonly activeDeadline?: number | null;
  readonly ttlAfterFinished?: number | null;
  readonly cleanPodPolicy?: "None" | "Running" | "All";
  readonly parallelism?: number;
  readonly completions?: number;
  readonly ifVersion?: string;
  readonly dryRun?: boolean;
  readonly output?: Format;
}

const FLAGS: Readonly<Record<Changeable, string>> = {
  labels: "--label",
  annotations: "--annotation",
  activeDeadlineSeconds: "--active-deadline",
  ttlSecondsAfterFinished: "--ttl-after-finished",
  cleanPodPolicy: "--clean-pod-policy",
  parallelism: "--parallelism",
  completions: "--completions",
};
const SIGNAL = new AbortController().signal;

/** `jobbell job patch`: changes one job, and says what changed. Returns the exit code. */
export async function patch(kind: string, name: string | undefined, options: PatchOptions): Promise<number> {
  const job = namedBy(kind, name);
  const { resource } = job.kind;
  const namespace = namespaceOf(options.namespace);
  const change = changeOf(options);
  await using cluster = await openCluster(options);
  const merge = mergeFor(cluster.provider, resource, change);
  const before = await cluster.api.get(resource, namespace, job.name, SIGNAL);
  if (before === undefined) throw notFound(cluster.api, job, namespace);
  const wanted = options.ifVersion === undefined ? merge : ifVersion(merge, options.ifVersion);
  const request: Patch = { resource, namespace, name: job.name, merge: wanted };
  const after = await (options.dryRun ? tryOut(cluster, request, before) : make(cluster, request));
  const found = { kind: job.kind, object: after };
  if (options.output !== undefined) print(oneAs(options.output, found));
  else show(nameOf(found), differences(before, after, merge), options.dryRun === true);
  return complainOfLost(cluster.api, lost(after, merge));
}

function changeOf(options: PatchOptions): Change {
  const { label, annotation, activeDeadline, ttlAfterFinished, cleanPodPolicy, parallelism, completions } = options;
  const all = {
    labels: label,
    annotations: annotation,
    activeDeadlineSeconds: activeDeadline,
    ttlSecondsAfterFinished: ttlAfterFinished,
    cleanPodPolicy,
    parallelism,
    completions,
  };
  const change: Change = known(all);
  if (Object.keys(change).length > 0) return change;
  throw new UsageError("say what to change, such as --label tier=prod or --active-deadline 2h");
}

function mergeFor(provider: Provider, resource: Resource, change: Change): Patch["merge"] {
  const result = mergeOf(provider, resource, change);
  if ("merge" in result) return result.merge;
  const allowed = (Object.keys(changeable(provider, resource)) as Changeable[]).map((field) => FLAGS[field]);
  const whose = provider === "cci" ? "the API of CCI" : "the API";
  const flag = FLAGS[result.refused];
  throw new UsageError(`${flag} cannot be changed of a ${resource.kind}: ${whose} allows ${allowed.join(", ")}`);
}

interface Cluster {
  readonly api: JobApi;
  readonly provider: Provider;
}

async function make({ api, provider }: Cluster, request: Patch): Promise<unknown> {
  const { object, warnings } = await api.patch({ ...request, strict: provider === "kubernetes" }, SIGNAL);
  for (const warning of warnings) complain(`warning: ${warning}`);
  return object;
}

// The pages of CCI know no dry run, and a server that does not know it would make the change: it is worked out here.
async function tryOut(cluster: Cluster, request: Patch, before: unknown): Promise<unknown> {
  if (cluster.provider !== "cci") return make(cluster, { ...request, dryRun: true });
  const after = merged(before, request.merge);
  if (versionOf(after) === versionOf(before)) return after;
  const { name } = cluster.api;
  const what = `has another version of ${request.resource.kind} "${request.name}" than --if-version`;
  throw new ClusterError("conflict", name, `cluster "${name}" ${what}: read it again, and change it anew`);
}

function versionOf(object: unknown): unknown {
  return (object as { metadata?: { resourceVersion?: unknown } }).metadata?.resourceVersion;
}

function show(name: string, changes: readonly Difference[], isDryRun: boolean): void {
  const verdict = isDryRun ? "would be patched" : "patched";
  print(`${name} ${changes.length === 0 ? "is so already, nothing to change" : verdict}`);
  if (changes.length === 0) return;
  table(
    ["FIELD", "BEFORE", "AFTER"],
    changes.map(({ field, before, after }) => [field, before, after]),
  ).forEach(print);
}

/** Servers that know no strict validation drop what they do not know, and answer as if all were well. */
function complainOfLost({ name }: JobApi, fields: readonly string[]): number {
  if (fields.length === 0) return EXIT.ok;
  const what = `took the patch and did not keep ${fields.join(", ")}`;
  complain(`jobbell: cluster "${name}" ${what}: this kind may have no such field there, see --provider`);
  return EXIT.failed;
}

import { ClusterError, type JobApi, type ListQuery } from "#cluster/cluster";
import { batchJob } from "#jobs/kinds/batch-job";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import type { Kind } from "#jobs/kinds/reader";
import { EXIT, UsageError } from "../failure.ts";
import { complain, print } from "../print.ts";
import { kindOf, namespaceOf } from "./kind.ts";
import { type ClusterOptions, type OpenJobs, openCluster } from "./open.ts";
import { type Format, type Found, manyAs } from "./output.ts";
import { type Row, rowOf, tableOf } from "./rows.ts";

/** What `jobbell job list` was given, as commander parsed it. */
export interface ListOptions extends ClusterOptions {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly output?: Format;
}

const DEFAULT_KINDS: readonly Kind[] = [batchJob, pyTorchJob, tfJob];
const PAGE_SIZE = 500;
const SIGNAL = new AbortController().signal;

/** `jobbell job list`: the jobs of a namespace, or of all. Returns the exit code. */
export async function list(names: readonly string[], options: ListOptions): Promise<number> {
  const kinds = names.length === 0 ? DEFAULT_KINDS : [...new Set(names.map(kindOf))];
  const namespace = scopeOf(options);
  await using cluster = await openCluster(options);
  checkProvider(cluster, namespace);
  const query = queryOf(options, namespace);
  if (options.output !== undefined) {
    const found = await eachKind(cluster.api, kinds, names, (kind) => read(cluster.api, kind, query, options, same));
    const text = manyAs(options.output, found);
    if (text !== "") print(text);
    return EXIT.ok;
  }
  const now = Date.now() / 1000;
  const rowsOf = (kind: Kind) => read(cluster.api, kind, query, options, (found) => rowOf(found, now));
  show(await eachKind(cluster.api, kinds, names, rowsOf), namespace);
  return EXIT.ok;
}

function scopeOf({ namespace, allNamespaces }: ListOptions): string {
  if (!allNamespaces) {
    if (namespace === undefined) throw new UsageError("name the namespace: -n NAMESPACE, or -A for all");
    return namespaceOf(namespace);
  }
  if (namespace !== undefined) throw new UsageError("--namespace and --all-namespaces exclude each other");
  return "";
}

function checkProvider({ provider }: OpenJobs, namespace: string): void {
  if (provider === "cci" && namespace === "")
    throw new UsageError("--all-namespaces: the API of CCI lists one namespace at a time, name it with -n");
}

function queryOf({ selector, fieldSelector, limit }: ListOptions, namespace: string): Omit<ListQuery, "resource"> {
  return {
    namespace,
    limit: limit ?? PAGE_SIZE,
    ...(selector !== undefined && { labelSelector: selector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
  };
}

const same = (found: Found) => found;

async function read<T>(
  api: JobApi,
  kind: Kind,
  query: Omit<ListQuery, "resource">,
  { limit }: ListOptions,
  keep: (found: Found) => T,
): Promise<readonly T[]> {
  const { resource } = kind;
  const each = (object: unknown) => keep({ kind, object });
  if (limit === undefined) return (await api.list({ ...query, resource }, each, SIGNAL)).items;
  const { items, more } = await api.first({ ...query, resource }, SIGNAL);
  if (more) complain(`there are more ${resource.plural} than these ${items.length}: raise --limit, or leave it out`);
  return items.map(each);
}

/** The kinds one beside the other. One that nobody asked for by name may be lacking, as long as another is there. */
async function eachKind<T>(
  { name }: JobApi,
  kinds: readonly Kind[],
  asked: readonly string[],
  readKind: (kind: Kind) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const results = await Promise.allSettled(kinds.map(readKind));
  const failed = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  const mayLack = (error: unknown) => error instanceof ClusterError && error.code === "not-installed";
  const fatal = failed.find((error) => !mayLack(error)) ?? (asked.length > 0 ? failed[0] : undefined);
  if (fatal !== undefined) throw fatal;
  if (failed.length === kinds.length) {
    const what = `has none of ${kinds.map(({ resource }) => resource.plural).join(", ")}`;
    throw new ClusterError("not-installed", name, `cluster "${name}" ${what}: name the kind to list`);
  }
  return results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
}

function show(rows: readonly Row[], namespace: string): void {
  for (const { complaint } of rows) if (complaint !== undefined) complain(`warning: ${complaint}`);
  if (rows.length === 0) complain(namespace === "" ? "there are no jobs" : `there are no jobs in "${namespace}"`);
  else tableOf(rows, { namespaces: namespace === "" }).forEach(print);
}

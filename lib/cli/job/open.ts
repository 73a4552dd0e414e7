import type { Provider } from "#cluster/change";
import { ClusterError, type JobApi } from "#cluster/cluster";
import { loadKubeconfig } from "#cluster/kubeconfig";
import { type ClusterConfig, type Config, loadConfig, resolveConfig } from "#config/config";
import { UsageError } from "../failure.ts";
import type { Named } from "./kind.ts";

/** What every `jobbell job` command was given to find its cluster. */
export interface ClusterOptions {
  readonly config?: string;
  readonly cluster?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly provider?: Provider;
}

/** A cluster, and whose API it speaks. */
export interface OpenJobs extends AsyncDisposable {
  readonly api: JobApi;
  readonly provider: Provider;
}

/** Opens the cluster of a kubeconfig, or of a configuration. Throws UsageError, KubeconfigError, ConfigError. */
export async function openCluster(options: ClusterOptions): Promise<OpenJobs> {
  const { config = options.cluster === undefined ? undefined : "jobbell.yml" } = options;
  const cluster = config === undefined ? await ofKubeconfig(options) : await ofConfig(config, options);
  // Loaded late: bad usage is found without the half of Jobbell that wiring brings along.
  const { openJobs } = await import("#wiring");
  const api = await openJobs(cluster);
  return {
    api,
    provider: options.provider ?? cluster.provider ?? "kubernetes",
    [Symbol.asyncDispose]: () => api.close(),
  };
}

/** A job that is not there, as an error. */
export function notFound({ name: cluster }: JobApi, { kind, name }: Named, namespace: string): ClusterError {
  const what = `has no ${kind.resource.kind} "${name}" in namespace "${namespace}"`;
  return new ClusterError("not-found", cluster, `cluster "${cluster}" ${what}: check its name, and the namespace`);
}

async function ofKubeconfig({ kubeconfig, context }: ClusterOptions): Promise<ClusterConfig<string>> {
  // Read here for its context's name: messages say which cluster they speak of.
  const { name } = await loadKubeconfig(kubeconfig, context === undefined ? {} : { context });
  const at = { file: "--kubeconfig", line: 0, column: 0 };
  return { name, from: "kubeconfig", path: kubeconfig ?? "", context: name, at };
}

async function ofConfig(path: string, { cluster, kubeconfig, context }: ClusterOptions) {
  if (kubeconfig !== undefined || context !== undefined)
    throw new UsageError("--config and --kubeconfig exclude each other: the file says how to reach its clusters");
  const config = await loadConfig(path);
  // Of the rest nothing is needed: secrets of receivers are left where they are.
  const resolved = await resolveConfig({ ...config, clusters: [chosen(config, cluster)], receivers: [] });
  return chosen(resolved, undefined);
}

function chosen<Value>({ clusters }: Pick<Config<Value>, "clusters">, name: string | undefined): ClusterConfig<Value> {
  const names = clusters.map((cluster) => cluster.name).join(", ");
  const found = name === undefined ? clusters : clusters.filter((cluster) => cluster.name === name);
  const [first, ...others] = found;
  if (first === undefined) throw new UsageError(`--cluster: there is no cluster "${name}", there are: ${names}`);
  if (others.length > 0) throw new UsageError(`name one of the clusters with --cluster: ${names}`);
  return first;
}

import { setTimeout } from "node:timers/promises";
import type { ClusterAccess } from "#cluster/access";
import { aksClient, aksIdentity } from "#cluster/auth/aks";
import { eksToken } from "#cluster/auth/eks";
import { gkeMetadata, gkeServiceAccount } from "#cluster/auth/gke";
import { huaweiKey } from "#cluster/auth/huawei-key";
import { huaweiToken } from "#cluster/auth/huawei-token";
import { noCredentials } from "#cluster/auth/none";
import { staticToken } from "#cluster/auth/static-token";
import { tokenFile } from "#cluster/auth/token-file";
import type { Cluster, JobApi } from "#cluster/cluster";
import { openCluster } from "#cluster/http-cluster";
import { inClusterAccess } from "#cluster/in-cluster";
import { openJobApi } from "#cluster/job-api";
import { loadKubeconfig } from "#cluster/kubeconfig";
import { environmentProxy } from "#cluster/proxy-environment";
import type { AuthConfig, ClusterConfig, ResolvedConfig } from "#config/config";
import type { Watch } from "#polling/watch";
import type { Receiver } from "#receivers/receiver";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";
import { openOutside, openReceiver } from "#wiring/receivers";

/** Everything that a configuration calls for, open. */
export interface Services extends AsyncDisposable {
  readonly store: Store;
  readonly receivers: ReadonlyMap<string, Receiver>;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly watches: readonly Watch[];
}

/** The one place that chooses store, receivers and cluster access. Nothing is connected yet, but what cannot work is found: throws StoreError, ReceiverError, KubeconfigError, ClusterError. */
export async function openServices(config: ResolvedConfig): Promise<Services> {
  const outside = openOutside();
  const opened = await Promise.all(config.receivers.map((receiver) => openReceiver(receiver, outside)));
  const receivers = new Map(opened.map((receiver) => [receiver.name, receiver]));
  const access = await Promise.all(config.clusters.map(accessOf));
  const clusters = new Map(access.map((each) => [each.name, openCluster(each)]));
  const store = sqliteStore(config.statePath);
  return {
    store,
    receivers,
    clusters,
    watches: watchesOf(config),
    async [Symbol.asyncDispose]() {
      await Promise.all([...clusters.values()].map((cluster) => cluster.close()));
      await store.close();
    },
  };
}

/** One cluster, for what people do to single jobs by command. */
export async function openJobs(cluster: ClusterConfig<string>): Promise<JobApi> {
  return openJobApi(await accessOf(cluster));
}

/** One watch for each kind of each namespace. */
export function watchesOf({ namespaces }: Pick<ResolvedConfig, "namespaces">): readonly Watch[] {
  return namespaces.flatMap(({ kinds, ...namespace }) => kinds.map((kind) => ({ ...namespace, kind })));
}

/** Waits, or until aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}

type Environment = Readonly<Record<string, string | undefined>>;

/** How to reach a cluster, under the name that the configuration gives it. Throws KubeconfigError, ClusterError. */
export async function accessOf(cluster: ClusterConfig<string>): Promise<ClusterAccess> {
  const { env } = process;
  switch (cluster.from) {
    case "server":
      return serverAccess(cluster, env);
    case "kubeconfig": {
      // Without a path it is the one that kubectl would take.
      const access = await loadKubeconfig(cluster.path === "" ? undefined : cluster.path, contextOf(cluster));
      return { ...access, ...connectionOf(cluster, access, env) };
    }
    case "inCluster":
      // No proxy leads back into the cluster.
      return { ...(await inClusterAccess({ name: cluster.name, env })), ...limitsOf(cluster) };
    default:
      return cluster satisfies never;
  }
}

function contextOf({ context }: { readonly context?: string }) {
  return context === undefined ? {} : { context };
}

/** The same for a cluster that the configuration itself describes. Throws ClusterError. */
export function serverAccess(
  cluster: Extract<ClusterConfig<string>, { from: "server" }>,
  env: Environment = process.env,
): ClusterAccess {
  const { name, server, auth, tls } = cluster;
  const certificate = auth.type === "clientCertificate" ? { cert: auth.certificate, key: auth.key } : {};
  const credentials = credentialsOf(name, auth, env);
  return { server, tls: { ...tls, ...certificate }, credentials, ...connectionOf(cluster, { server }, env) };
}

/** What the configuration says goes before the kubeconfig, and that before the environment. */
function connectionOf(
  cluster: ClusterConfig<string>,
  { server, proxy }: { readonly server: string; readonly proxy?: string },
  env: Environment,
) {
  const through = cluster.proxy ?? proxy ?? environmentProxy(cluster.name, server, env);
  return { name: cluster.name, ...limitsOf(cluster), ...(through === undefined ? {} : { proxy: through }) };
}

function limitsOf({ timeouts, http2 }: ClusterConfig<string>) {
  return { ...(timeouts === undefined ? {} : { timeouts }), ...(http2 === undefined ? {} : { http2 }) };
}

function credentialsOf(cluster: string, auth: AuthConfig<string>, env: Environment): ClusterAccess["credentials"] {
  const proxyFor = (address: string) => environmentProxy(cluster, address, env);
  switch (auth.type) {
    case "token":
      return staticToken(auth.token);
    case "tokenFile":
      return tokenFile({ cluster, path: auth.path });
    case "clientCertificate":
      return noCredentials();
    case "eks":
      return eksToken({ cluster, eksCluster: auth.cluster, region: auth.region, env });
    case "huaweiToken":
      return huaweiToken({ ...auth, cluster, proxy: proxyFor(auth.endpoint) });
    case "huaweiKey":
      return huaweiKey(auth);
    case "gkeKey":
      return gkeServiceAccount({ cluster, key: auth.serviceAccountKey, proxyFor });
    case "gkeMetadata":
      return gkeMetadata({ cluster, host: env.GCE_METADATA_HOST });
    case "aksClient":
      return aksClient({ ...auth, cluster, proxy: proxyFor(auth.authority) });
    case "aksIdentity":
      return aksIdentity({ cluster, clientId: auth.clientId, env });
    default:
      return auth satisfies never;
  }
}

import { setTimeout } from "node:timers/promises";
import type { ClusterAccess } from "#cluster/access";
import { noCredentials } from "#cluster/auth/none";
import { staticToken } from "#cluster/auth/static-token";
import { tokenFile } from "#cluster/auth/token-file";
import type { Cluster } from "#cluster/cluster";
import { openCluster } from "#cluster/http-cluster";
import { loadKubeconfig } from "#cluster/kubeconfig";
import type { AuthConfig, ClusterConfig, ReceiverConfig, ResolvedConfig } from "#config/config";
import type { Watch } from "#polling/watch";
import type { Receiver } from "#receivers/receiver";
import { slackReceiver } from "#receivers/slack/slack";
import { webhookReceiver } from "#receivers/webhook/webhook";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";

/** Everything that a configuration calls for, open. */
export interface Services extends AsyncDisposable {
  readonly store: Store;
  readonly receivers: ReadonlyMap<string, Receiver>;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly watches: readonly Watch[];
}

/** The one place that chooses store, receivers and cluster access. Nothing is connected yet, but what cannot work is found: throws StoreError, ReceiverError, KubeconfigError. */
export async function openServices(config: ResolvedConfig): Promise<Services> {
  const receivers = new Map(config.receivers.map((receiver) => [receiver.name, openReceiver(receiver)]));
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

/** One watch for each kind of each namespace. */
export function watchesOf({ namespaces }: Pick<ResolvedConfig, "namespaces">): readonly Watch[] {
  return namespaces.flatMap(({ kinds, ...namespace }) => kinds.map((kind) => ({ ...namespace, kind })));
}

/** Waits, or until aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}

/** How to reach a cluster, under the name that the configuration gives it. */
export async function accessOf(cluster: ClusterConfig<string>): Promise<ClusterAccess> {
  switch (cluster.from) {
    case "server":
      return serverAccess(cluster);
    case "kubeconfig":
      return { ...(await loadKubeconfig(cluster.path, contextOf(cluster))), name: cluster.name };
    default:
      return cluster satisfies never;
  }
}

function contextOf({ context }: { readonly context?: string }) {
  return context === undefined ? {} : { context };
}

/** The same for a cluster that the configuration itself describes. */
export function serverAccess({
  name,
  server,
  auth,
  tls,
}: Extract<ClusterConfig<string>, { from: "server" }>): ClusterAccess {
  const certificate = auth.type === "clientCertificate" ? { cert: auth.certificate, key: auth.key } : {};
  return { name, server, tls: { ...tls, ...certificate }, credentials: credentialsOf(name, auth) };
}

function credentialsOf(cluster: string, auth: AuthConfig<string>): ClusterAccess["credentials"] {
  switch (auth.type) {
    case "token":
      return staticToken(auth.token);
    case "tokenFile":
      return tokenFile({ cluster, path: auth.path });
    case "clientCertificate":
      return noCredentials();
    default:
      return auth satisfies never;
  }
}

/** The receiver that a configuration describes. */
export function openReceiver(receiver: ReceiverConfig<string>): Receiver {
  switch (receiver.type) {
    case "slack":
      return slackReceiver(receiver);
    case "webhook":
      return webhookReceiver(receiver);
    default:
      return receiver satisfies never;
  }
}

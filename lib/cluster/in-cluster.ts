import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import type { ClusterAccess } from "./access.ts";
import { tokenFile } from "./auth/token-file.ts";
import { ClusterError } from "./cluster.ts";

export interface InClusterOptions {
  /** What errors name. */
  readonly name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the pod has its service account. */
  readonly folder?: string;
}

const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The API of the cluster in which this process runs, as the pod's service account. Throws {@link ClusterError} `credentials` outside of one. */
export async function inClusterAccess({ name, env, folder = FOLDER }: InClusterOptions): Promise<ClusterAccess> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port) throw notInside(name, "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set");
  const path = join(folder, "ca.crt");
  const ca = await readFile(path, "utf8").catch(() => {
    throw notInside(name, `${path} cannot be read`);
  });
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return { name, server, tls: { ca }, credentials: tokenFile({ cluster: name, path: join(folder, "token") }) };
}

function notInside(name: string, why: string): ClusterError {
  const message = `cluster "${name}" is to be the one that this process runs in, but ${why}`;
  return new ClusterError("credentials", name, `${message}: run it in a pod with a service account, or give server`);
}

import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { ClusterAccess } from "./access.ts";
import { noCredentials } from "./auth/none.ts";
import { readPem } from "./kubeconfig/data.ts";
import { KubeconfigError } from "./kubeconfig/error.ts";
import { type Found, readKubeconfig } from "./kubeconfig/file.ts";
import { type Chosen, chooseContext } from "./kubeconfig/merge.ts";
import type { Kubeconfig, KubeconfigCluster } from "./kubeconfig/schema.ts";
import { credentialsOf } from "./kubeconfig/user.ts";

export interface KubeconfigOptions {
  /** Where absent, the file's current context. */
  readonly context?: string;
  /** Where KUBECONFIG is looked up. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
}

/** How kubectl would reach the cluster. Without a path the files are those of KUBECONFIG, else `~/.kube/config`. The access has the context's name. Throws {@link KubeconfigError}. */
export async function loadKubeconfig(
  path: string | undefined,
  options: KubeconfigOptions = {},
): Promise<ClusterAccess> {
  const files = await readAll(path === undefined ? defaultPaths(options) : [path]);
  return accessOf(chooseContext(files, options.context));
}

function defaultPaths({ env = process.env, home = homedir() }: KubeconfigOptions): readonly string[] {
  const listed = (env.KUBECONFIG ?? "").split(delimiter).filter((path) => path !== "");
  return listed.length > 0 ? listed : [join(home, ".kube", "config")];
}

// Of several files some may be absent, as with kubectl; all of them may not.
async function readAll(paths: readonly string[]): Promise<readonly Found<Kubeconfig>[]> {
  const files = await Promise.all(paths.map(readKubeconfig));
  const present = files.filter((file) => file !== undefined);
  if (present.length > 0) return present;
  throw new KubeconfigError("not-found", paths.join(", "), "there is no such file: name another one");
}

async function accessOf({ context, cluster, user }: Chosen): Promise<ClusterAccess> {
  const server = serverOf(cluster);
  const tls = { ...(await trustOf(cluster)), ...(await certificateOf(user)) };
  const target = { name: context, server, cluster: cluster.value, tls };
  const credentials = user === undefined ? noCredentials() : credentialsOf(user, target);
  const proxy = proxyOf(cluster);
  return { name: context, server, tls, credentials, ...(proxy !== undefined && { proxy }) };
}

function proxyOf({ file, value }: Found<KubeconfigCluster>): string | undefined {
  const proxy = value["proxy-url"];
  if (proxy === undefined || /^https?:$/.test(URL.parse(proxy)?.protocol ?? "")) return proxy;
  throw new KubeconfigError("unsupported", file, "proxy-url is no http or https address: SOCKS is not supported");
}

function serverOf({ file, value }: Found<KubeconfigCluster>): string {
  const { server } = value;
  if (server === undefined) throw new KubeconfigError("missing", file, "the context's cluster has no server");
  if (/^https?:\/\//i.test(server) && URL.canParse(server)) return server;
  throw new KubeconfigError("invalid", file, "the server of the context's cluster is no http or https address");
}

async function trustOf({ file, value }: Found<KubeconfigCluster>): Promise<ClusterAccess["tls"]> {
  const ca = await readPem(file, "cluster", "certificate-authority", value);
  const serverName = value["tls-server-name"];
  const insecure = value["insecure-skip-tls-verify"];
  if (insecure && ca !== undefined)
    throw new KubeconfigError("invalid", file, "certificate-authority and insecure-skip-tls-verify exclude each other");
  return {
    ...(ca !== undefined && { ca }),
    ...(serverName !== undefined && { serverName }),
    ...(insecure && { insecure }),
  };
}

async function certificateOf(user: Chosen["user"]): Promise<ClusterAccess["tls"]> {
  if (user === undefined) return {};
  const cert = await readPem(user.file, "user", "client-certificate", user.value);
  const key = await readPem(user.file, "user", "client-key", user.value);
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return {};
  const lacking = cert === undefined ? "client-certificate" : "client-key";
  throw new KubeconfigError("missing", user.file, `the context's user has no ${lacking} beside the other half`);
}

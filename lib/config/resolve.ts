import { resolveAuth } from "./auth.ts";
import type { Read } from "./fields.ts";
import type { AuthConfig, ClusterConfig, Config, ReceiverConfig, Reference, ResolvedConfig } from "./model.ts";
import { absolutePath } from "./paths.ts";
import { ConfigError, type Problem } from "./problem.ts";
import { resolveReceiver } from "./receivers.ts";
import { resolveReferences, type Sources } from "./references.ts";
import { checkPem, checkProxy, checkServer } from "./values.ts";

/**
 * Replaces every reference by its value, all at once, each name asked for once. Throws {@link ConfigError} with a line
 * for each that has none, or one that cannot be right; no line holds a value.
 */
export async function resolveConfigFrom(sources: Sources, config: Config): Promise<ResolvedConfig> {
  const [clusters, receivers] = await reading(sources, (read) =>
    Promise.all([
      Promise.all(config.clusters.map((cluster) => resolveCluster(cluster, read, config.directory))),
      Promise.all(config.receivers.map((receiver) => resolveReceiver(receiver, read))),
    ]),
  );
  return { ...config, clusters, receivers };
}

/** The same for one cluster. Relative paths of files start from `directory`. */
export function resolveClusterFrom(
  sources: Sources,
  cluster: ClusterConfig,
  directory: string,
): Promise<ClusterConfig<string>> {
  return reading(sources, (read) => resolveCluster(cluster, read, directory));
}

/** The same for one receiver. */
export function resolveReceiverFrom(sources: Sources, receiver: ReceiverConfig): Promise<ReceiverConfig<string>> {
  return reading(sources, (read) => resolveReceiver(receiver, read));
}

async function reading<T>(sources: Sources, resolve: (read: Read) => Promise<T>): Promise<T> {
  const problems: Problem[] = [];
  const resolved = await resolve(async (key, { text, at }, check) => {
    const resolution = await resolveReferences(text, sources);
    // Where there is no value the text is empty: the whole is thrown away.
    const value = "value" in resolution ? resolution.value : "";
    const complaints = "value" in resolution ? [check(value)] : resolution.complaints;
    for (const complaint of complaints)
      if (complaint !== undefined) problems.push({ ...at, message: `${key}: ${complaint}` });
    return value;
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return resolved;
}

async function resolveCluster(cluster: ClusterConfig, read: Read, directory: string): Promise<ClusterConfig<string>> {
  const { proxy, ...rest } = cluster;
  const [way, through] = await Promise.all([
    rest.from === "server" ? resolveServer(rest, read, directory) : rest,
    proxy === undefined ? undefined : read("proxy", proxy, checkProxy),
  ]);
  return { ...way, ...(through === undefined ? {} : { proxy: through }) };
}

type Server<Value> = Omit<Extract<ClusterConfig<Value>, { from: "server" }>, "proxy">;

async function resolveServer(cluster: Server<Reference>, read: Read, directory: string): Promise<Server<string>> {
  const { ca, ...tls } = cluster.tls;
  const [server, auth, pem] = await Promise.all([
    read("server", cluster.server, checkServer),
    resolveAuthIn(directory, cluster.auth, read),
    ca === undefined ? undefined : read("ca", ca, checkPem),
  ]);
  return { ...cluster, server, auth, tls: { ...tls, ...(pem === undefined ? {} : { ca: pem }) } };
}

async function resolveAuthIn(directory: string, auth: AuthConfig, read: Read): Promise<AuthConfig<string>> {
  const resolved = await resolveAuth(auth, read);
  return resolved.type === "tokenFile" ? { ...resolved, path: absolutePath(directory, resolved.path) } : resolved;
}

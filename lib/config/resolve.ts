import { authReferences } from "./auth.ts";
import type { AuthConfig, ClusterConfig, Config, ReceiverConfig, Reference, ResolvedConfig } from "./model.ts";
import { absolutePath } from "./paths.ts";
import { ConfigError, type Problem } from "./problem.ts";
import { resolveReferences, type Sources } from "./references.ts";
import {
  type Check,
  checkPem,
  checkProxy,
  checkServer,
  checkSigningSecret,
  checkSlackUrl,
  checkWebhookUrl,
} from "./values.ts";

/** The value of a reference, once it passed the check. Where there is none the problem is noted, and the text is empty. */
type Read = (key: string, reference: Reference, check: Check) => Promise<string>;

/**
 * Replaces every reference by its value, all at once, each name asked for once. Throws {@link ConfigError} with a line
 * for each that has none, or one that cannot be right; no line holds a value.
 */
export async function resolveConfigFrom(sources: Sources, config: Config): Promise<ResolvedConfig> {
  const problems: Problem[] = [];
  const read: Read = async (key, { text, at }, check) => {
    const resolution = await resolveReferences(text, sources);
    const value = "value" in resolution ? resolution.value : "";
    const complaints = "value" in resolution ? [check(value)] : resolution.complaints;
    for (const complaint of complaints)
      if (complaint !== undefined) problems.push({ ...at, message: `${key}: ${complaint}` });
    return value;
  };
  const [clusters, receivers] = await Promise.all([
    Promise.all(config.clusters.map((cluster) => resolveCluster(cluster, read, config.directory))),
    Promise.all(config.receivers.map((receiver) => resolveReceiver(receiver, read))),
  ]);
  if (problems.length > 0) throw new ConfigError(problems);
  return { ...config, clusters, receivers };
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
    resolveAuth(cluster.auth, read, directory),
    ca === undefined ? undefined : read("ca", ca, checkPem),
  ]);
  return { ...cluster, server, auth, tls: { ...tls, ...(pem === undefined ? {} : { ca: pem }) } };
}

async function resolveAuth(auth: AuthConfig, read: Read, directory: string): Promise<AuthConfig<string>> {
  const values = await Promise.all(
    authReferences(auth).map(async ({ name, key, reference, check }) => [name, await read(key, reference, check)]),
  );
  // Every reference is replaced: auth.ts knows them all.
  const resolved = { ...auth, ...Object.fromEntries(values) } as AuthConfig<string>;
  return resolved.type === "tokenFile" ? { ...resolved, path: absolutePath(directory, resolved.path) } : resolved;
}

async function resolveReceiver(receiver: ReceiverConfig, read: Read): Promise<ReceiverConfig<string>> {
  switch (receiver.type) {
    case "slack":
      return { ...receiver, webhookUrl: await read("webhookUrl", receiver.webhookUrl, checkSlackUrl) };
    case "webhook": {
      const [url, ...secrets] = await Promise.all([
        read("url", receiver.url, checkWebhookUrl),
        ...receiver.secrets.map((secret) => read("secret", secret, checkSigningSecret)),
      ]);
      return { ...receiver, url, secrets };
    }
    default:
      return receiver satisfies never;
  }
}

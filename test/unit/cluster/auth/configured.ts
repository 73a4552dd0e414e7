import { parseConfig } from "#config/config";
import { resolveConfigFrom } from "#config/resolve";
import { openSources } from "#config/sources/sources";
import { serverAccess } from "#wiring";
import { openAt } from "../open.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** How the cluster is reached that an entry of jobbell.yml describes, in one line of YAML without its name. */
export async function accessTo(entry: string, env: Environment = {}) {
  const text = `
clusters: [{ name: prod, ${entry} }]
receivers: [{ name: chat, slack: { webhookUrl: "\${env:NOT_LOOKED_AT}" } }]
namespaces: [{ namespace: ml, kinds: [Job], routes: [{ receivers: [chat] }] }]
`;
  const config = parseConfig(text, "/etc/jobbell/jobbell.yml");
  const sources = openSources({ directory: config.directory, env });
  const { clusters } = await resolveConfigFrom(sources, { ...config, receivers: [] });
  const [cluster] = clusters;
  if (cluster?.from !== "server") throw new Error("the entry has no server");
  return serverAccess(cluster, env);
}

/** The same cluster, open, and closed at the end of its block. */
export async function openConfigured(entry: string, env: Environment = {}) {
  const { server, ...access } = await accessTo(entry, env);
  return openAt(server, access);
}

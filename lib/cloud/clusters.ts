import type { Cluster } from "#cluster/cluster";
import { openCluster } from "#cluster/http-cluster";
import { resolveClusterFrom } from "#config/resolve";
import { serverAccess } from "#wiring";
import { packagedConfig } from "./config.ts";
import { type Kept, keep } from "./keep.ts";
import { openSecrets } from "./secrets.ts";

const clusters = new Map<string, Kept<Cluster>>();

/** The cluster of that name, open. Its secrets are read anew now and then, and after {@link forgetCluster}. Throws `ConfigError`. */
export function cluster(name: string): Promise<Cluster> {
  const kept =
    clusters.get(name) ??
    keep(
      () => open(name),
      (old) => old.close(),
    );
  clusters.set(name, kept);
  return kept.get(Date.now());
}

/** The cluster did not accept its credentials: perhaps they were changed. */
export function forgetCluster(name: string): void {
  clusters.get(name)?.forget();
}

async function open(name: string): Promise<Cluster> {
  const config = packagedConfig();
  const found = config.clusters.find((each) => each.name === name);
  const resolved = found && (await resolveClusterFrom(openSecrets(), found, config.directory));
  if (resolved?.from !== "server") throw new Error("the package has no such cluster");
  return openCluster(serverAccess(resolved));
}

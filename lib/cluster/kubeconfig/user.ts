import type { ClusterAccess, Credentials } from "../access.ts";
import { execPlugin } from "../auth/exec-plugin.ts";
import { noCredentials } from "../auth/none.ts";
import { basicAuth, staticToken } from "../auth/static-token.ts";
import { tokenFile } from "../auth/token-file.ts";
import { pathIn } from "./data.ts";
import { KubeconfigError } from "./error.ts";
import type { Found } from "./file.ts";
import type { KubeconfigCluster, KubeconfigExec, KubeconfigUser } from "./schema.ts";

/** The cluster that a user is for. */
export interface Target {
  readonly name: string;
  readonly server: string;
  readonly cluster: KubeconfigCluster;
  readonly tls: ClusterAccess["tls"];
}

/** What a kubeconfig's user sends with each request. A client certificate is no part of it: that is `tls`. */
export function credentialsOf(user: Found<KubeconfigUser>, target: Target): Credentials {
  const { file, value } = user;
  refuseUnsupported(user);
  // The order in which kubectl prefers them, where one user has several.
  if (value.tokenFile !== undefined) return tokenFile({ cluster: target.name, path: pathIn(file, value.tokenFile) });
  if (value.token !== undefined) return staticToken(value.token);
  if (value.username !== undefined) return basicAuth(value.username, value.password ?? "");
  if (value.exec != null) return pluginOf(file, value.exec, target);
  return noCredentials();
}

function refuseUnsupported({ file, value }: Found<KubeconfigUser>): void {
  // Removed from kubectl in 1.26.
  if (value["auth-provider"] != null)
    throw new KubeconfigError("unsupported", file, "auth-provider is not supported: use the exec plugin of that cloud");
  // Left out, it would read as somebody else than the file says.
  if (value.as !== undefined)
    throw new KubeconfigError("unsupported", file, '"as" (impersonation) is not supported: use a user of its own');
}

function pluginOf(file: string, exec: KubeconfigExec, target: Target): Credentials {
  const { apiVersion, args, env, installHint, provideClusterInfo, interactiveMode } = exec;
  const plugin = {
    apiVersion,
    command: commandOf(file, exec.command),
    args: args ?? [],
    env: Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
    ...(installHint !== undefined && { installHint }),
    ...(interactiveMode != null && { interactiveMode }),
    ...(provideClusterInfo && { clusterInfo: clusterInfoOf(target) }),
  };
  const { host, hostname } = new URL(target.server);
  return execPlugin(plugin, { cluster: target.name, hidden: [host, hostname] });
}

// A bare name is looked up in PATH; whatever has a separator is a path, and starts from the kubeconfig's folder.
function commandOf(file: string, command: string): string {
  return /[/\\]/.test(command) ? pathIn(file, command) : command;
}

const CONFIG_EXTENSION = "client.authentication.k8s.io/exec";

function clusterInfoOf({ server, cluster, tls }: Target): Readonly<Record<string, unknown>> {
  const config = cluster.extensions?.find(({ name }) => name === CONFIG_EXTENSION)?.extension;
  return {
    server,
    ...(tls.serverName !== undefined && { "tls-server-name": tls.serverName }),
    ...(tls.insecure === true && { "insecure-skip-tls-verify": true }),
    ...(tls.ca !== undefined && { "certificate-authority-data": Buffer.from(tls.ca).toString("base64") }),
    ...(config !== undefined && { config }),
  };
}

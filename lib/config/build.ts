import { kindNamed } from "#jobs/kinds/registry";
import type { Route } from "#routing/route";
import type { Document, Path } from "./document.ts";
import { parseDuration } from "./duration.ts";
import type { AuthConfig, ClusterConfig, Config, NamespaceConfig, ReceiverConfig, Reference } from "./model.ts";
import { absolutePath } from "./paths.ts";
import type { ConfigFile } from "./schema.ts";

type Entry<K extends "clusters" | "receivers" | "namespaces"> = ConfigFile[K][number];
type Refer = (path: Path, text: string) => Reference;

/** The configuration that a document describes. `file` is its value once schema and rules have nothing to say against it. */
export function buildConfig(file: ConfigFile, document: Document): Omit<Config, "warnings"> {
  const { directory } = document;
  const refer: Refer = (path, text) => ({ text, at: document.placeOf(path) });
  return {
    clusters: file.clusters.map((entry, index) => clusterOf(entry, ["clusters", index], refer, document)),
    receivers: file.receivers.map((entry, index) => receiverOf(entry, ["receivers", index], refer)),
    namespaces: file.namespaces.map((entry) => namespaceOf(entry, file.clusters)),
    intervalMs: present(parseDuration(file.interval)),
    statePath: file.state === ":memory:" ? file.state : absolutePath(directory, file.state),
    directory,
  };
}

function clusterOf(entry: Entry<"clusters">, path: Path, refer: Refer, document: Document): ClusterConfig {
  const { name, server, auth, tls = {}, kubeconfig, context } = entry;
  if (server === undefined) {
    const file = absolutePath(document.directory, present(kubeconfig));
    const at = document.placeOf([...path, "kubeconfig"]);
    return { name, from: "kubeconfig", path: file, ...(context === undefined ? {} : { context }), at };
  }
  const { ca, ...rest } = tls;
  return {
    name,
    from: "server",
    server: refer([...path, "server"], server),
    auth: authOf(present(auth), [...path, "auth"], refer),
    tls: { ...rest, ...(ca === undefined ? {} : { ca: refer([...path, "tls", "ca"], ca) }) },
  };
}

function authOf(auth: NonNullable<Entry<"clusters">["auth"]>, path: Path, refer: Refer): AuthConfig {
  const { token, tokenFile, clientCertificate, clientKey } = auth;
  if (token !== undefined) return { type: "token", token: refer([...path, "token"], token) };
  if (tokenFile !== undefined) return { type: "tokenFile", path: refer([...path, "tokenFile"], tokenFile) };
  return {
    type: "clientCertificate",
    certificate: refer([...path, "clientCertificate"], present(clientCertificate)),
    key: refer([...path, "clientKey"], present(clientKey)),
  };
}

function receiverOf({ name, slack, webhook }: Entry<"receivers">, path: Path, refer: Refer): ReceiverConfig {
  if (slack !== undefined) {
    return { name, type: "slack", webhookUrl: refer([...path, "slack", "webhookUrl"], slack.webhookUrl) };
  }
  const { url, secret = [] } = present(webhook);
  const at = [...path, "webhook", "secret"];
  const secrets =
    typeof secret === "string" ? [refer(at, secret)] : secret.map((text, index) => refer([...at, index], text));
  return { name, type: "webhook", url: refer([...path, "webhook", "url"], url), secrets };
}

function namespaceOf(entry: Entry<"namespaces">, clusters: ConfigFile["clusters"]): NamespaceConfig {
  const { kinds, routes, cluster, ...rest } = entry;
  return {
    ...rest,
    cluster: cluster ?? present(clusters[0]).name,
    kinds: kinds.flatMap((name) => kindNamed(name) ?? []),
    routes: routes.map(routeOf),
  };
}

function routeOf({ on, match, receivers }: Entry<"namespaces">["routes"][number]): Route {
  return { on, labels: match.labels, receivers };
}

/** What the schema cannot say of a value, but the rules have seen to. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a configuration was built that was not checked");
  return value;
}

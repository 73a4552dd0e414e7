import { kindNamed } from "#jobs/kinds/registry";
import type { Route } from "#routing/route";
import { clusterOf } from "./build-cluster.ts";
import type { Document, Path } from "./document.ts";
import { parseDuration } from "./duration.ts";
import type { Config, NamespaceConfig, ReceiverConfig, Reference } from "./model.ts";
import { absolutePath } from "./paths.ts";
import { present } from "./present.ts";
import type { ConfigFile } from "./schema.ts";

type Entry<K extends "clusters" | "receivers" | "namespaces"> = ConfigFile[K][number];
type Refer = (path: Path, text: string) => Reference;

/** The configuration that a document describes. `file` is its value once schema and rules have nothing to say against it. */
export function buildConfig(file: ConfigFile, document: Document): Omit<Config, "warnings"> {
  const { directory } = document;
  const refer: Refer = (path, text) => ({ text, at: document.placeOf(path) });
  return {
    clusters: file.clusters.map((entry, index) => clusterOf(entry, ["clusters", index], document)),
    receivers: file.receivers.map((entry, index) => receiverOf(entry, ["receivers", index], refer)),
    namespaces: file.namespaces.map((entry) => namespaceOf(entry, file.clusters)),
    intervalMs: present(parseDuration(file.interval)),
    statePath: file.state === ":memory:" ? file.state : absolutePath(directory, file.state),
    directory,
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
  const { kinds, routes, cluster = present(clusters[0]).name, watch, resync, hold, ...rest } = entry;
  const isTold = watch ?? clusters.find(({ name }) => name === cluster)?.provider !== "cci";
  return {
    ...rest,
    cluster,
    kinds: kinds.flatMap((name) => kindNamed(name) ?? []),
    ...(isTold && { follow: followOf({ resync, hold }) }),
    routes: routes.map(routeOf),
  };
}

function followOf({ resync, hold }: { readonly resync: string; readonly hold: string | undefined }) {
  const resyncMs = present(parseDuration(resync));
  return hold === undefined ? { resyncMs } : { resyncMs, holdMs: present(parseDuration(hold)) };
}

function routeOf({ on, match, receivers }: Entry<"namespaces">["routes"][number]): Route {
  return { on, labels: match.labels, receivers };
}

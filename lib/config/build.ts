import { kindNamed } from "#jobs/kinds/registry";
import type { Route } from "#routing/route";
import { clusterOf } from "./build-cluster.ts";
import { receiverOf } from "./build-receiver.ts";
import type { Document } from "./document.ts";
import { parseDuration } from "./duration.ts";
import type { Config, NamespaceConfig } from "./model.ts";
import { absolutePath } from "./paths.ts";
import { present } from "./present.ts";
import type { ConfigFile } from "./schema.ts";

type Entry<K extends "namespaces"> = ConfigFile[K][number];

/** The configuration that a document describes. `file` is its value once schema and rules have nothing to say against it. */
export function buildConfig(file: ConfigFile, document: Document): Omit<Config, "warnings"> {
  const { directory } = document;
  return {
    clusters: file.clusters.map((entry, index) => clusterOf(entry, ["clusters", index], document)),
    receivers: file.receivers.map((entry, index) => receiverOf(entry, ["receivers", index], document)),
    namespaces: file.namespaces.map((entry) => namespaceOf(entry, file.clusters)),
    intervalMs: present(parseDuration(file.interval)),
    statePath: file.state === ":memory:" ? file.state : absolutePath(directory, file.state),
    directory,
  };
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

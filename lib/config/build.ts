import { clusterOf } from "./build-cluster.ts";
import { namespaceOf } from "./build-namespace.ts";
import { receiverOf } from "./build-receiver.ts";
import type { Document } from "./document.ts";
import { parseDuration } from "./duration.ts";
import type { Config } from "./model.ts";
import { absolutePath } from "./paths.ts";
import { present } from "./present.ts";
import type { ConfigFile } from "./schema.ts";

/** The configuration that a document describes. `file` is its value once schema and rules have nothing to say against it. */
export function buildConfig(file: ConfigFile, document: Document): Omit<Config, "warnings"> {
  const { directory } = document;
  return {
    clusters: file.clusters.map((entry, index) => clusterOf(entry, ["clusters", index], document)),
    receivers: file.receivers.map((entry, index) => ({
      ...receiverOf(entry, ["receivers", index], document),
      ...manners(entry, file.messages),
    })),
    namespaces: file.namespaces.map((entry) => namespaceOf({ ...file.defaults, ...entry }, file)),
    intervalMs: present(parseDuration(file.interval)),
    statePath: file.state === ":memory:" ? file.state : absolutePath(directory, file.state),
    directory,
  };
}

/** How a receiver speaks, and when it is silent. */
function manners({ messages: own, quiet }: ConfigFile["receivers"][number], common: ConfigFile["messages"]) {
  const messages = { ...common, ...own };
  const { timeZone = "UTC" } = messages;
  return {
    ...(Object.keys(messages).length > 0 && { messages }),
    ...(quiet !== undefined && { quiet: quiet.map((hours) => ({ timeZone, ...hours })) }),
  };
}

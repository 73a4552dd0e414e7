import { buildAuth, type Refer } from "./build-auth.ts";
import type { Document, Path } from "./document.ts";
import { parseDuration } from "./duration.ts";
import type { ClusterConfig } from "./model.ts";
import { absolutePath } from "./paths.ts";
import { present } from "./present.ts";
import type { ConfigFile } from "./schema.ts";

type Entry = ConfigFile["clusters"][number];
type Connection = Omit<Entry, "auth" | "tls" | "kubeconfig" | "context" | "inCluster">;

/** The cluster that an entry at `path` describes. */
export function clusterOf(entry: Entry, path: Path, document: Document): ClusterConfig {
  const { kubeconfig, context, inCluster } = entry;
  const common = connectionOf(entry, path, document);
  if (inCluster !== undefined) return { ...common, from: "inCluster", at: document.placeOf([...path, "inCluster"]) };
  if (kubeconfig === undefined) return { ...common, ...serverOf(entry, path, document) };
  const at = document.placeOf([...path, "kubeconfig"]);
  const file = absolutePath(document.directory, kubeconfig);
  return { ...common, from: "kubeconfig", path: file, ...(context === undefined ? {} : { context }), at };
}

function serverOf({ server, region, auth, tls = {} }: Entry, path: Path, document: Document) {
  const refer: Refer = (keys, text) => ({ text, at: document.placeOf([...path, ...keys]) });
  const { ca, ...rest } = tls;
  return {
    from: "server",
    server:
      server === undefined
        ? refer(["region"], `https://cci.${present(region)}.myhuaweicloud.com`)
        : refer(["server"], server),
    auth: buildAuth(present(auth), region, refer),
    tls: { ...rest, ...(ca === undefined ? {} : { ca: refer(["tls", "ca"], ca) }) },
  } as const;
}

function connectionOf({ name, provider, proxy, timeouts, http2 }: Connection, path: Path, document: Document) {
  return {
    name,
    ...(provider === undefined ? {} : { provider }),
    ...(proxy === undefined ? {} : { proxy: { text: proxy, at: document.placeOf([...path, "proxy"]) } }),
    ...(timeouts === undefined ? {} : { timeouts: timeoutsOf(timeouts) }),
    ...(http2 === undefined ? {} : { http2 }),
  };
}

function timeoutsOf({ connect, headers, idle }: NonNullable<Entry["timeouts"]>) {
  return {
    ...(connect === undefined ? {} : { connectMs: present(parseDuration(connect)) }),
    ...(headers === undefined ? {} : { headersMs: present(parseDuration(headers)) }),
    ...(idle === undefined ? {} : { idleMs: present(parseDuration(idle)) }),
  };
}

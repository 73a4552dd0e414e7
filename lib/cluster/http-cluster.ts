import type { ClusterAccess } from "./access.ts";
import type { Api } from "./api.ts";
import type { Cluster } from "./cluster.ts";
import { getObject } from "./get.ts";
import { readList } from "./list.ts";
import { PATIENCE, type Patience } from "./patience.ts";
import { openTransport, type TransportOptions } from "./transport.ts";

export interface ClusterOptions extends TransportOptions {
  /** What a list does when the server asks it to wait. */
  readonly patience?: Partial<Patience>;
  /** Milliseconds since 1970, for Retry-After dates. */
  readonly now?: () => number;
}

/** A cluster over HTTP(S). Connects at the first request. */
export function openCluster(access: ClusterAccess, options: ClusterOptions = {}): Cluster {
  const transport = openTransport(access, options);
  const patience = { ...PATIENCE, ...options.patience };
  const api: Api = { access, transport, now: options.now ?? Date.now };
  return {
    name: access.name,
    list: (query, read, signal) => readList(api, patience, query, read, signal),
    get: (resource, namespace, name, signal) => getObject(api, resource, namespace, name, signal),
    traffic: () => ({ requests: transport.requests, bytesRead: transport.bytesRead }),
    close: async () => transport.close(),
  };
}

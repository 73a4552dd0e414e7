import type { ClusterAccess } from "./access.ts";
import type { Api } from "./api.ts";
import type { Cluster } from "./cluster.ts";
import { openGate } from "./gate.ts";
import { getObject } from "./get.ts";
import { readList } from "./list.ts";
import { readLog } from "./log.ts";
import { PATIENCE, type Patience } from "./patience.ts";
import { openTransport, type TransportOptions } from "./transport.ts";
import { openWatch } from "./watch.ts";

// From its first page to its last a list takes memory, a page of 500 jobs while it is parsed some 20 MB: those that are
// begun are read to their end before others begin. Watches wait for none of them.
const LISTS_AT_ONCE = 8;

export interface ClusterOptions extends TransportOptions {
  /** What a request does when the server asks it to wait. */
  readonly patience?: Partial<Patience>;
  /** Milliseconds since 1970, for Retry-After dates. */
  readonly now?: () => number;
}

/** A cluster over HTTP(S). Connects at the first request. */
export function openCluster(access: ClusterAccess, options: ClusterOptions = {}): Cluster {
  return overHttp(connect(access, options));
}

/** One server, who asks it, and how patiently. */
interface Connection {
  readonly api: Api;
  readonly patience: Patience;
}

export function connect(access: ClusterAccess, options: ClusterOptions): Connection {
  const transport = openTransport(access, options);
  const patience = { ...PATIENCE, ...options.patience };
  return { api: { access, transport, now: options.now ?? Date.now }, patience };
}

export function overHttp({ api, patience }: Connection): Cluster {
  const { access, transport } = api;
  const lists = openGate(LISTS_AT_ONCE);
  return {
    name: access.name,
    async list(query, read, signal, onAgain) {
      const leave = await lists.enter(signal);
      return readList(api, patience, query, read, signal, onAgain).finally(leave);
    },
    watch: (query, read, signal) => openWatch(api, patience, query, read, signal),
    get: (resource, namespace, name, signal) => getObject(api, patience, resource, namespace, name, signal),
    log: (query, signal) => readLog(api, patience, query, signal),
    traffic: () => ({ requests: transport.requests, bytesRead: transport.bytesRead }),
    close: async () => transport.close(),
  };
}

import type { ClusterAccess } from "./access.ts";
import type { JobApi } from "./cluster.ts";
import { readFirst } from "./first.ts";
import { getStatus } from "./get.ts";
import { type ClusterOptions, connect, overHttp } from "./http-cluster.ts";
import { readingOf } from "./list.ts";
import { patchObject } from "./patch.ts";

/** A cluster over HTTP(S) with all that people do by command. Connects at the first request. */
export function openJobApi(access: ClusterAccess, options: ClusterOptions = {}): JobApi {
  const { api, patience } = connect(access, options);
  return {
    ...overHttp({ api, patience }),
    first: (query, signal) => readFirst(readingOf(api, patience, query, signal)),
    status: (resource, namespace, name, signal) => getStatus(api, patience, resource, namespace, name, signal),
    patch: (patch, signal) => patchObject(api, patience, patch, signal),
  };
}

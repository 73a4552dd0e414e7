import { type Cluster, ClusterError } from "#cluster/cluster";

/** What an account has to be allowed for an explanation: a verb and a resource of the core group. */
export type Right = readonly [verb: "list", resource: "pods" | "events"] | readonly [verb: "get", resource: "pods/log"];

/** Asks for one thing, by that right; `undefined` where nothing comes of it. Throws nothing. */
export type Ask = <T>(right: Right, request: () => Promise<T>) => Promise<T | undefined>;

// Whoever gives the right waits for so long; whoever does not is spared the requests.
const REFUSED_MS = 10 * 60_000;

/** Until when nothing is asked for: by namespace and right, of each cluster for as long as it is open. */
const refused = new WeakMap<Cluster, Map<string, number>>();

/** `onForbidden` hears of each refusal; what was refused is not asked for again for ten minutes. */
export function openAsking(
  cluster: Cluster,
  namespace: string,
  now: () => number,
  onForbidden: (right: Right) => void,
): Ask {
  const until = refused.get(cluster) ?? new Map<string, number>();
  refused.set(cluster, until);
  return async (right, request) => {
    const key = `${namespace} ${right[1]}`;
    if ((until.get(key) ?? 0) > now()) return undefined;
    try {
      return await request();
    } catch (error) {
      // An explanation is worth no error: what cannot be read is not told.
      if (!(error instanceof ClusterError && error.code === "forbidden")) return undefined;
      until.set(key, now() + REFUSED_MS);
      onForbidden(right);
      return undefined;
    }
  };
}

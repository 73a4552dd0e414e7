import { scopeId, type Watch } from "./watch.ts";

/** Watches that one poll works on side by side, all of one cluster: they share its connections. */
export type Batch = readonly Watch[];

/** Small enough for a short function, large enough that ten thousand namespaces need no more than some hundred polls a minute. */
const MOST = 25;

/** Divides watches into batches for pollers that know nothing of each other. All kinds of one namespace go together, since they share a row. */
export function fanOut(watches: readonly Watch[]): readonly Batch[] {
  const byCluster = Map.groupBy(watches, ({ cluster }) => cluster);
  return [...byCluster.values()].flatMap((ofCluster) => pack([...Map.groupBy(ofCluster, scopeId).values()]));
}

function pack(scopes: readonly (readonly Watch[])[]): readonly Batch[] {
  const batches: Watch[][] = [];
  for (const scope of scopes) {
    const last = batches.at(-1);
    if (last !== undefined && last.length + scope.length <= MOST) last.push(...scope);
    else batches.push([...scope]);
  }
  return batches;
}

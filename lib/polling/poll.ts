import pMap from "p-map";
import type { Cluster } from "#cluster/cluster";
import { tickScope } from "./scope.ts";
import { openSilences } from "./silences.ts";
import type { TickResult } from "./tick.ts";
import type { PollServices } from "./turn.ts";
import { isHeld, kindKey, scopeId, type Watch } from "./watch.ts";

// A look at a watch in which nothing happened is 50 ms of waiting, and next to no work: 64 at once make 500 of them take
// half a second. They fit, beside the lists, into one connection of HTTP/2, of which a server takes 100 streams or more;
// over HTTP/1.1 each is a connection, which has no other bound than this one (and held watches none). Lists are fewer:
// the cluster itself reads no more than 8 at once.
const SCOPES_AT_ONCE = 64;

/** Watches of one scope, each of another kind. */
type Group = [Watch, ...Watch[]];

/**
 * Ticks each watch once, those of a scope under one claim, scopes side by side; results come in the order of the
 * watches. One that fails delays and fails no other. Throws what is no failure of a cluster, a broken store or an
 * abort, when all that had begun has ended.
 */
export async function poll(
  services: PollServices,
  clusters: (name: string) => Cluster,
  watches: readonly Watch[],
  signal: AbortSignal,
): Promise<readonly TickResult[]> {
  const silences = openSilences(services.store, services.now);
  const tickGroup = async (group: Group) => {
    const results = await tickScope({ ...services, silences }, clusters(group[0].cluster), group, signal);
    return group.map((watch, index) => [watch, results[index]] as const);
  };
  // Nobody is left behind at work when the store is closed.
  const settle = (group: Group) => Promise.allSettled([tickGroup(group)]);
  // Those that are held wait for most of their time: none of them waits for another, and nobody for them.
  const [held, others] = partition(groupsOf(watches), (group) => group.some(isHeld));
  const holding = Promise.all(held.map(settle));
  const ticked = await pMap(others, settle, { concurrency: SCOPES_AT_ONCE });
  const settled = [...ticked, ...(await holding)];
  const results = new Map(settled.flat().flatMap(resultOf));
  return watches.map((watch) => results.get(watch) ?? { state: "busy" });
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

function resultOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}

/** A watch that is named twice is left to the first of its name. */
function groupsOf(watches: readonly Watch[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const watch of watches) {
    const group = groups.get(scopeId(watch));
    if (group === undefined) groups.set(scopeId(watch), [watch]);
    else if (!group.some((each) => kindKey(each) === kindKey(watch))) group.push(watch);
  }
  return [...groups.values()];
}

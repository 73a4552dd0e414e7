import pMap from "p-map";
import type { Cluster } from "#cluster/cluster";
import { type TickResult, type TickServices, tick } from "./tick.ts";
import type { Watch } from "./watch.ts";

const WATCHES_AT_ONCE = 16;

/** Ticks each watch once, side by side; results come in the order of the watches. One that fails delays and fails no other. */
export function poll(
  services: TickServices,
  clusters: (name: string) => Cluster,
  watches: readonly Watch[],
  signal: AbortSignal,
): Promise<readonly TickResult[]> {
  return pMap(watches, (watch) => tick(services, clusters(watch.cluster), watch, signal), {
    concurrency: WATCHES_AT_ONCE,
  });
}

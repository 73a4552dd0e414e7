import { type Cluster, ClusterError } from "#cluster/cluster";
import { resolveConfig } from "#config/config";
import { readWatched, type Seen } from "#polling/read-object";
import { queryOf, type Watch, watchName } from "#polling/watch";
import { openJobs } from "#wiring";
import type { Plan, PlanInput } from "./input.ts";
import { type Found, plansOf } from "./jobs.ts";

const PATIENCE_MS = 10 * 60_000;

/** Who would hear of the last thing that happened to each job that the clusters list now. */
export async function live(input: PlanInput): Promise<Plan> {
  const { config, watches } = input;
  const asked = config.clusters.filter(({ name }) => watches.some(({ cluster }) => cluster === name));
  // Of the rest nothing is needed: secrets of receivers are left where they are.
  const { clusters } = await resolveConfig({ ...config, clusters: asked, receivers: [] });
  const found: Found[] = [];
  const errors: string[] = [];
  for (const cluster of clusters) {
    const api = await openJobs(cluster);
    try {
      for (const watch of watches.filter((each) => each.cluster === cluster.name)) {
        const listed = await list(api, watch, input);
        if (typeof listed === "string") errors.push(listed);
        else found.push(...listed);
      }
    } finally {
      await api.close();
    }
  }
  const plan = plansOf(input, found);
  return errors.length === 0 ? plan : { ...plan, remarks: [...plan.remarks, ...errors], failed: true };
}

/** The jobs of a watch, or why they cannot be listed. */
async function list(api: Cluster, watch: Watch, { options }: PlanInput): Promise<readonly Found[] | string> {
  const query = queryOf(watch);
  const within = options.namespace === undefined ? query : { ...query, namespace: options.namespace };
  try {
    const { items } = await api.list<Seen>(
      within,
      (object) => readWatched(watch, object),
      AbortSignal.timeout(PATIENCE_MS),
    );
    return items.map((seen) => ({ watch, seen }));
  } catch (error) {
    if (error instanceof ClusterError) return `error: ${watchName(watch)}: ${error.message}`;
    throw error;
  }
}

import pMap from "p-map";
import { eventOf, type JobEvent } from "#jobs/event";
import { route } from "#routing/route";
import { bucketOf } from "#store/bucket";
import type { Millis, Store } from "#store/store";
import type { Change } from "./compare.ts";
import type { Hold } from "./hold.ts";
import { type Watch, watchId } from "./watch.ts";

/** What writing needs. */
export interface WriteServices {
  readonly store: Store;
  readonly now: () => Millis;
  /** Told of each event once it is remembered, and its deliveries queued, for good. */
  readonly onEvent: (event: JobEvent) => void;
}

/** What came of writing changes. */
export interface Written {
  readonly events: number;
  /** Buckets in which a change was not written, since somebody else had written that row. */
  readonly stale: readonly number[];
}

const WRITES_AT_ONCE = 16;

/**
 * Writes changes side by side. `lost`: the scope is somebody else's by now, and what was not written yet is theirs to
 * find. Ends, also with an error, when no write is under way any more: the scope may be given back then.
 */
export async function advanceAll(
  services: WriteServices,
  hold: Hold,
  watch: Watch,
  changes: readonly Change[],
): Promise<Written | "lost"> {
  const errors: unknown[] = [];
  const stale: number[] = [];
  let lost = false;
  let events = 0;
  const write = async (change: Change) => {
    if (!(await hold.isKept())) lost = true;
    if (lost || errors.length > 0) return;
    const said = await advance(services, watch, change);
    if (said === "stale") stale.push(bucketOf(change.key));
    else events += said;
  };
  const writeOrFail = (change: Change) => write(change).catch((error: unknown) => void errors.push(error));
  await pMap(changes, writeOrFail, { concurrency: WRITES_AT_ONCE });
  if (errors.length > 0) throw errors[0];
  return lost ? "lost" : { events, stale };
}

/** Writes one change and says how many events came of it. */
async function advance(
  { store, now, onEvent }: WriteServices,
  watch: Watch,
  change: Change,
): Promise<number | "stale"> {
  const { key, before, after, transitions } = change;
  const origin = { cluster: watch.cluster, resource: watch.kind.resource };
  const events = transitions.map((transition) => eventOf(origin, transition));
  const deliveries = events.flatMap((event) => route(event, watch.routes).map((receiver) => ({ receiver, event })));
  const result = await store.advance({ watch: watchId(watch), key, before, after, deliveries, now: now() });
  if (result === "stale") return result;
  events.forEach(onEvent);
  return events.length;
}

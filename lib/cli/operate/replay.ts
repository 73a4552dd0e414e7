import pMap from "p-map";
import type { Delivery, Store } from "#store/store";
import { EXIT, UsageError } from "../failure.ts";
import { complain, print } from "../print.ts";
import { countedDeliveries } from "./deliveries.ts";
import { tableOf } from "./delivery-rows.ts";
import { type PlaceOptions, withStore } from "./place.ts";

/** What `jobbell replay` was given, as commander parsed it. */
export interface ReplayOptions extends PlaceOptions {
  readonly dead?: boolean;
  readonly receiver?: string;
  readonly dryRun?: boolean;
}

// More than a store holds.
const ALL = 1_000_000;
const TOGETHER = 25;

/** `jobbell replay`: what was delivered or given up is to be delivered once more. Returns the exit code. */
export async function replay(id: string | undefined, options: ReplayOptions): Promise<number> {
  checkUsage(id, options);
  return withStore(options, async (store) => {
    const found = await wantedOf(store, id, options);
    const settled = found.filter(({ state }) => state !== "pending");
    if (settled.length === 0) {
      complain(`jobbell: ${nothing(id, found, options)}`);
      return EXIT.failed;
    }
    if (options.dryRun) {
      tableOf(settled, Date.now()).forEach(print);
      complain(`dry run: ${countedDeliveries(settled.length)} would be queued again`);
      return EXIT.ok;
    }
    return replayAll(store, settled);
  });
}

function checkUsage(id: string | undefined, { dead }: ReplayOptions): void {
  if (id === undefined && !dead) throw new UsageError("name an event by its id, or say --dead for all that is dead");
  if (id === undefined) return;
  if (dead) throw new UsageError("an id and --dead exclude each other: name one event, or all that is dead");
  if (!id.startsWith("evt_"))
    throw new UsageError(
      `"${id}" is not the id of an event: they begin with evt_, and \`jobbell deliveries\` has them`,
    );
}

function wantedOf(store: Store, id: string | undefined, { receiver }: ReplayOptions): Promise<readonly Delivery[]> {
  const to = receiver === undefined ? {} : { receiver };
  return store.deliveries({ ...to, ...(id === undefined ? { state: "dead" } : { eventId: id }), limit: ALL });
}

function nothing(id: string | undefined, found: readonly Delivery[], { receiver }: ReplayOptions): string {
  const to = receiver === undefined ? "" : ` to ${receiver}`;
  if (id === undefined) return `there is no dead delivery${to}`;
  return found.length > 0 ? `${id}${to} is pending already` : `there is no delivery of ${id}${to}`;
}

async function replayAll(store: Store, settled: readonly Delivery[]): Promise<number> {
  const now = Date.now();
  const answers = await pMap(settled, (delivery) => store.replay(delivery, now), { concurrency: TOGETHER });
  const queued = answers.filter((answer) => answer === "queued").length;
  print(`queued again: ${countedDeliveries(queued)}`);
  const changed = answers.length - queued;
  if (changed > 0) complain(`left as they are: ${countedDeliveries(changed)} that somebody else changed meanwhile`);
  return queued > 0 ? EXIT.ok : EXIT.failed;
}

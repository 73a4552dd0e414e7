import type { Delivery, DeliveryQuery, DeliveryState } from "#store/store";
import { EXIT } from "../failure.ts";
import { complain, print } from "../print.ts";
import { jsonOf } from "../printable.ts";
import { counted } from "../terminal-reporter.ts";
import { recordOf, tableOf } from "./delivery-rows.ts";
import { type PlaceOptions, withStore } from "./place.ts";

/** What `jobbell deliveries` was given, as commander parsed it. */
export interface DeliveriesOptions extends PlaceOptions {
  readonly state?: DeliveryState;
  readonly receiver?: string;
  readonly event?: string;
  readonly digest?: string;
  readonly limit: number;
  readonly output?: "json";
}

/** `jobbell deliveries`: what waits, what was delivered and what was given up. Returns the exit code. */
export async function deliveries(options: DeliveriesOptions): Promise<number> {
  const { limit, output } = options;
  // One more than is shown: so it is known whether there are more.
  const found = await withStore(options, (store) => store.deliveries({ ...queryOf(options), limit: limit + 1 }));
  const shown = found.slice(0, limit);
  if (output === "json") print(jsonOf(shown.map(recordOf)));
  else show(shown);
  if (found.length > limit) complain(`there are more than these ${limit}: raise --limit, or ask for fewer`);
  return EXIT.ok;
}

function show(found: readonly Delivery[]): void {
  if (found.length === 0) complain("there are no such deliveries");
  else tableOf(found, Date.now()).forEach(print);
}

function queryOf({ state, receiver, event, digest }: DeliveriesOptions): Omit<DeliveryQuery, "limit"> {
  return {
    ...(state !== undefined && { state }),
    ...(receiver !== undefined && { receiver }),
    ...(event !== undefined && { eventId: event }),
    ...(digest !== undefined && { digest }),
  };
}

/** `1 delivery`, `3 deliveries`. */
export function countedDeliveries(count: number): string {
  return counted(count, "delivery", "deliveries");
}

import type { Advance, NewDelivery } from "./store.ts";

/** What a step writes beside the memory: the row's next version, and its deliveries with their orders. */
export interface Stamped {
  readonly version: number;
  readonly deliveries: readonly (NewDelivery & { readonly order: number })[];
}

/**
 * Gives a step its version and its deliveries their orders: the clock, or one more than the row's version where the
 * clock is behind it. So orders grow within a row whoever writes it, and go on growing where a row was forgotten.
 */
export function stamp({ before, deliveries, now }: Advance): Stamped {
  const first = Math.max(Math.floor(now), before === undefined ? 0 : before.version + 1);
  const stamped = distinct(deliveries).map((delivery, index) => ({ ...delivery, order: first + index }));
  return { version: stamped.at(-1)?.order ?? first, deliveries: stamped };
}

function distinct(deliveries: readonly NewDelivery[]): NewDelivery[] {
  const byName = new Map<string, NewDelivery>();
  for (const delivery of deliveries) {
    const name = JSON.stringify([delivery.event.id, delivery.receiver]);
    if (!byName.has(name)) byName.set(name, delivery);
  }
  return [...byName.values()];
}

import { openDeliverer } from "#delivery/deliver";
import type { JobEvent } from "#jobs/event";
import { poll } from "#polling/poll";
import type { Watch } from "#polling/watch";
import { decide, told } from "#routing/decide";
import type { Store, Stream } from "#store/store";
import { workloadCluster } from "./workload.ts";

const SIGNAL = new AbortController().signal;

/** One tick of the watches as a function does it, whatever process ran the one before. Answers with the streams in which something was queued. */
export async function tickOnce(store: Store, watches: readonly Watch[], now: number): Promise<readonly Stream[]> {
  const streams: Stream[] = [];
  const onEvent = (event: JobEvent) => {
    const [{ routes } = { routes: [] }] = watches;
    streams.push(...told(decide(event, { routes }, [], 0)).map((receiver) => ({ uid: event.uid, receiver })));
  };
  const cluster = workloadCluster(() => now);
  const services = { store, now: () => now, pause: async () => {}, onEvent };
  const results = await poll(services, () => cluster, watches, SIGNAL);
  if (results.some(({ state }) => state !== "read")) throw new Error(`a tick went wrong: ${JSON.stringify(results)}`);
  return streams;
}

/** A record of the table's stream for each of these, delivered as a function does it, to a receiver that takes everything. */
export async function deliverEach(store: Store, streams: readonly Stream[], now: number): Promise<number> {
  let posts = 0;
  const send = async () => {
    posts += 1;
    return { state: "delivered" } as const;
  };
  const receivers = new Map([["chat", { name: "chat", kind: "slack", minGapMs: 0, send }]]);
  const services = { store, receivers, now: () => now, random: () => 0.5, pause: async () => {}, onSettled: () => {} };
  const deliverer = openDeliverer(services);
  for (const stream of streams) await deliverer.deliverStream(stream, SIGNAL);
  return posts;
}

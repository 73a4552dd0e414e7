import { createHash } from "node:crypto";
import { type Deliverer, openDeliverer } from "#delivery/deliver";
import type { Outcome, Receiver } from "#receivers/receiver";
import type { Store, Stream } from "#store/store";
import { parameter } from "../template.ts";
import { FLEET, HOT_CHANNEL } from "./fleet.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Partitions of a new table, each a shard of its stream, and batches of a shard at once. */
const SHARDS = 4;
const PARALLEL = parameter("deliverParallel");
export const DELIVERS_AT_ONCE = SHARDS * PARALLEL;
const BATCH = 50;
const POST_MS = 150;
const GAP_MS = 1000;
/** When a function begins nothing more, and when it is cut short: its timeout less the margins of lib/cloud. */
const DELIVER = { stopMs: 15_000, cutMs: 27_000 };
const RETRY = { stopMs: 58_000, cutMs: 70_000 };

/** What became of posts. */
export interface Posts {
  delivered: number;
  /** Answered with 429, since the channel had one within the second. */
  refused: number;
  /** Milliseconds from being queued to being taken, of each. */
  readonly waits: number[];
  /** The same to the hot channel, and to the others. */
  readonly hotWaits: number[];
  readonly otherWaits: number[];
  deliverInvocations: number;
  deliverBusyMs: number;
  retryBusyMs: number;
  /** The most posts that one channel took in a minute. */
  readonly byMinute: Map<string, number>;
}

export interface Deliverers {
  readonly posts: Posts;
  /** A record of the table's stream that comes at that time. */
  record(stream: Stream, at: number): void;
  /** The retry function, now. */
  retry(): void;
}

export function openDeliverers(time: VirtualTime, openStore: () => Store): Deliverers {
  const posts: Posts = {
    ...{ delivered: 0, refused: 0, waits: [], hotWaits: [], otherWaits: [], byMinute: new Map() },
    ...{ deliverInvocations: 0, deliverBusyMs: 0, retryBusyMs: 0 },
  };
  const channels = openChannels(time, posts);
  const open = (store: Store): Deliverer =>
    openDeliverer({
      ...{ store, receivers: channels, now: time.now, random: () => 0.5, pause: time.pause },
      onSettled: ({ queuedAt, receiver }, { state }) => {
        if (state !== "delivered") return;
        posts.waits.push(time.now() - queuedAt);
        (receiver === HOT_CHANNEL ? posts.hotWaits : posts.otherWaits).push(time.now() - queuedAt);
      },
    });
  const workers = Array.from({ length: DELIVERS_AT_ONCE }, () => ({
    deliverer: open(openStore()),
    queue: [] as Stream[],
    busy: false,
  }));
  const retryStore = openStore();
  const retrier = open(retryStore);

  async function work(worker: (typeof workers)[number]): Promise<void> {
    worker.busy = true;
    while (worker.queue.length > 0) {
      const batch = worker.queue.splice(0, BATCH);
      const begin = time.now();
      await within(time, DELIVER, (stop, cut) =>
        Promise.all(batch.map((stream) => worker.deliverer.deliverStream(stream, stop, cut))),
      );
      posts.deliverInvocations += 1;
      posts.deliverBusyMs += time.now() - begin;
    }
    worker.busy = false;
  }

  return {
    posts,
    record(stream, at) {
      const worker = workers[numberOf(stream) % workers.length];
      void time.pause(at - time.now()).then(() => {
        worker?.queue.push(stream);
        if (worker && !worker.busy) void work(worker);
      });
    },
    retry() {
      const begin = time.now();
      void within(time, RETRY, (stop, cut) => retrier.deliverDue(stop, cut)).then(async () => {
        await retryStore.counts();
        posts.retryBusyMs += time.now() - begin;
      });
    },
  };
}

/** Channels that take a message a second. */
function openChannels(time: VirtualTime, posts: Posts): ReadonlyMap<string, Receiver> {
  const names = [HOT_CHANNEL, ...Array.from({ length: FLEET.channels }, (_, number) => `channel-${number}`)];
  const open = (name: string): Receiver => {
    let next = 0;
    return {
      ...{ name, kind: "slack", minGapMs: GAP_MS },
      async send(): Promise<Outcome> {
        await time.pause(POST_MS);
        if (time.now() < next) {
          posts.refused += 1;
          return { state: "retry", reason: "too fast", retryAfterMs: 1000, throttled: true };
        }
        next = time.now() + GAP_MS;
        posts.delivered += 1;
        const minute = `${name} ${Math.floor(time.now() / 60_000)}`;
        posts.byMinute.set(minute, (posts.byMinute.get(minute) ?? 0) + 1);
        return { state: "delivered" };
      },
    };
  };
  return new Map(names.map((name) => [name, open(name)]));
}

async function within(
  time: VirtualTime,
  { stopMs, cutMs }: typeof DELIVER,
  work: (stop: AbortSignal, cut: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const [stop, cut, over] = [new AbortController(), new AbortController(), new AbortController()];
  for (const [controller, ms] of [
    [stop, stopMs],
    [cut, cutMs],
  ] as const)
    void time.pause(ms, over.signal).then(() => over.signal.aborted || controller.abort());
  await work(stop.signal, cut.signal);
  over.abort();
}

function numberOf({ uid, receiver }: Stream): number {
  return createHash("md5").update(`${uid}#${receiver}`).digest().readUInt16BE();
}

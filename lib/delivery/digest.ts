import { createHash } from "node:crypto";
import pMap from "p-map";
import type { Digest, Outcome } from "#receivers/receiver";
import type { Delivery, Millis } from "#store/store";
import { attempt, isOurTurn, respected, settlementOf, writeDown } from "./attempt.ts";
import type { Outlet } from "./outlets.ts";
import { type DeliveryServices, LEASE_MS, type Signals } from "./services.ts";

/** Of a longer backlog the rest is in the next one. */
const MOST_EVENTS = 500;
const STREAMS_AT_ONCE = 16;
/** Slack allows 50 edits a minute. */
const EDIT_GAP_MS = 1_200;
const MOST_EDITS = 40;

type SendDigest = NonNullable<Outlet["receiver"]["digest"]>["send"];

/** Tells of all that waits for a receiver in one message; of a single event by itself. */
export async function deliverDigest(
  services: DeliveryServices,
  outlet: Outlet,
  send: SendDigest,
  signals: Signals,
): Promise<void> {
  const { store, now } = services;
  const waiting = await store.waiting(outlet.receiver.name, MOST_EVENTS);
  const streams = dueStreams(waiting, now());
  const [only, ...others] = streams.flat();
  if (only === undefined) return;
  if (others.length === 0) {
    await attempt(services, only, outlet, signals, outlet.shared?.takeLateTurn(now()));
    return;
  }
  if (!(await isOurTurn(services, outlet, outlet.shared?.takeDigestTurn(now()), signals.stop))) return;
  if (signals.stop.aborted) return;
  const claimed = await claimAll(services, streams);
  if (claimed.length === 0) return;
  const outcome = await post(services, outlet, send, claimed, signals.cut);
  if (outcome.state === "delivered") await amendAll(services, outlet, claimed, signals);
}

/** The messages of these jobs go on to say what is over. There is room for it: for the rest of the minute nothing else is posted. */
async function amendAll(
  { store, now, pause }: DeliveryServices,
  { receiver }: Outlet,
  claimed: readonly Delivery[],
  { stop, cut }: Signals,
): Promise<void> {
  if (receiver.amend === undefined) return;
  const last = new Map(claimed.map(({ event }) => [event.uid, event]));
  for (const event of [...last.values()].slice(0, MOST_EDITS)) {
    const memo = await store.memo({ uid: event.uid, receiver: receiver.name });
    if (stop.aborted) return;
    if (memo === undefined) continue;
    const { state } = await receiver.amend(event, now(), cut, memo);
    if (state === "retry") return;
    await pause(EDIT_GAP_MS, stop);
  }
}

/** What is due of each stream, up to the first that is not: nothing overtakes it. */
function dueStreams(waiting: readonly Delivery[], now: Millis): readonly (readonly Delivery[])[] {
  return [...Map.groupBy(waiting, ({ event }) => event.uid).values()].map((stream) => {
    const notDue = stream.findIndex(({ nextAttemptAt }) => nextAttemptAt > now);
    return notDue === -1 ? stream : stream.slice(0, notDue);
  });
}

async function claimAll(
  services: DeliveryServices,
  streams: readonly (readonly Delivery[])[],
): Promise<readonly Delivery[]> {
  const claimed = await pMap(streams, (stream) => claimInOrder(services, stream), { concurrency: STREAMS_AT_ONCE });
  return claimed.flat();
}

async function claimInOrder({ store, now }: DeliveryServices, stream: readonly Delivery[]) {
  const claimed: Delivery[] = [];
  for (const delivery of stream) {
    const taken = await store.claimDelivery(delivery, { until: now() + LEASE_MS }, now());
    if (taken === "taken") break;
    claimed.push(taken);
  }
  return claimed;
}

async function post(
  services: DeliveryServices,
  outlet: Outlet,
  send: SendDigest,
  claimed: readonly Delivery[],
  cut: AbortSignal,
): Promise<Outcome> {
  const { now, random } = services;
  const digest = digestOf(claimed);
  const outcome = await respected(services, outlet, await send(digest, now(), cut), cut);
  // One chance for all: what failed together comes back together, in one message.
  const chance = random();
  const at = now();
  await pMap(
    claimed,
    (delivery) => {
      const settlement = settlementOf(delivery, outcome, at, chance, cut);
      return writeDown(services, delivery, withDigest(settlement, digest));
    },
    { concurrency: STREAMS_AT_ONCE },
  );
  return outcome;
}

function withDigest(settlement: ReturnType<typeof settlementOf>, { id }: Digest): typeof settlement {
  return settlement.state === "delivered" ? { ...settlement, digest: id } : settlement;
}

function digestOf(claimed: readonly Delivery[]): Digest {
  const events = claimed.map(({ event }) => event);
  const hash = createHash("sha256").update(events.map(({ id }) => id).join("\n"));
  return { id: `dig_${hash.digest("hex").slice(0, 32)}`, events };
}

import type { Outcome } from "#receivers/receiver";
import type { Delivery, Settlement } from "#store/store";
import { settle, THROTTLED_MS } from "./backoff.ts";
import type { Outlet } from "./outlets.ts";
import type { Turn } from "./pace.ts";
import { type DeliveryServices, LEASE_MS, type Signals } from "./services.ts";

/** A receiver that the configuration no longer has may come back with the next start: its deliveries wait. */
const UNKNOWN_RETRY_MS = 10 * 60_000;

/** One attempt at one delivery. `settled`: the delivery is over, and the next of its stream may go. */
export async function attempt(
  services: DeliveryServices,
  head: Delivery,
  outlet: Outlet | undefined,
  signals: Signals,
  turn: Promise<Turn> | undefined = outlet?.shared?.takeTurn(services.now()),
): Promise<"settled" | "waits"> {
  const { store, now, random } = services;
  if (outlet !== undefined && !(await isOurTurn(services, outlet, turn, signals.stop))) return "waits";
  if (signals.stop.aborted) return "waits";
  const claimed = await store.claimDelivery(head, { until: now() + LEASE_MS }, now());
  if (claimed === "taken") return "waits";
  const outcome = outlet === undefined ? unknown(claimed) : await post(services, claimed, outlet, signals.cut);
  const settlement = settlementOf(claimed, outcome, now(), random(), signals.cut);
  return (await writeDown(services, claimed, settlement, outcome.memo)) && settlement.state !== "retry"
    ? "settled"
    : "waits";
}

/** Waits for a turn that is near; a far one closes the lane until then. */
export async function isOurTurn(
  { now, pause }: DeliveryServices,
  { lane, shared }: Outlet,
  turn: Promise<Turn> | undefined,
  stop: AbortSignal,
): Promise<boolean> {
  const taken = await turn;
  if (taken?.type === "later") {
    lane.pause(taken.until);
    return false;
  }
  if (taken === undefined || taken.at <= now()) return true;
  await pause(taken.at - now(), stop);
  // Somebody else may have been asked for patience meanwhile.
  const pausedUntil = (await shared?.pausedUntil()) ?? 0;
  if (pausedUntil > now()) lane.pause(pausedUntil);
  return pausedUntil <= now();
}

async function post(services: DeliveryServices, delivery: Delivery, outlet: Outlet, cut: AbortSignal) {
  const { store, now } = services;
  const { receiver } = outlet;
  const { event } = delivery;
  const memo = receiver.remembers ? await store.memo({ uid: event.uid, receiver: receiver.name }) : undefined;
  const sending = memo === undefined ? receiver.send(event, now(), cut) : receiver.send(event, now(), cut, memo);
  return respected(services, outlet, await sending, cut);
}

/** A receiver that asks for patience gets it, from everybody who shares its lane. */
export async function respected(
  { now }: DeliveryServices,
  { lane, shared }: Outlet,
  outcome: Outcome,
  cut: AbortSignal,
): Promise<Outcome> {
  if (outcome.state !== "retry" || !outcome.throttled || cut.aborted) return outcome;
  const until = now() + (outcome.retryAfterMs ?? THROTTLED_MS);
  lane.pause(until);
  await shared?.pause(until, now());
  return outcome;
}

/** What an outcome means for one delivery; `random` is from 0 to 1. */
export function settlementOf(
  claimed: Delivery,
  outcome: Outcome,
  now: number,
  random: number,
  cut: AbortSignal,
): Settlement {
  // Cut short by our own end, not by the receiver: the next start sends it at once, with the same id.
  if (outcome.state === "retry" && cut.aborted)
    return { state: "retry", nextAttemptAt: now, failed: false, error: "stopped before the answer came" };
  return settle(claimed, outcome, now, random);
}

/** False where somebody else has begun another attempt since: it is theirs to tell of. */
export async function writeDown(
  { store, onSettled }: DeliveryServices,
  claimed: Delivery,
  settlement: Settlement,
  memo?: string,
): Promise<boolean> {
  if ((await store.settle(claimed, settlement, memo)) === "taken") return false;
  onSettled(claimed, settlement);
  return true;
}

function unknown({ receiver }: Delivery): Outcome {
  const reason = `the configuration has no receiver ${receiver}`;
  return { state: "retry", reason, retryAfterMs: UNKNOWN_RETRY_MS, throttled: true };
}

import type { Receiver } from "#receivers/receiver";
import type { Store } from "#store/store";
import { isPaced, type Lane, openLane } from "./lane.ts";
import { type SharedLane, shareLane } from "./shared-lane.ts";

/** A receiver, and how fast it may be served. */
export interface Outlet {
  readonly receiver: Receiver;
  readonly lane: Lane;
  /** Absent where nobody asks for a pace. */
  readonly shared: SharedLane | undefined;
}

/** The outlets by the names of their receivers. Those that name the same lane have one between them. */
export function openOutlets(store: Store, receivers: Iterable<Receiver>): ReadonlyMap<string, Outlet> {
  const lanes = new Map<string, Lane>();
  const open = (receiver: Receiver): Outlet => {
    const { name, kind, minGapMs, digest } = receiver;
    const id = receiver.lane === undefined ? `receiver ${name}` : `${kind} ${receiver.lane}`;
    const lane = lanes.get(id) ?? openLane(receiver);
    lanes.set(id, lane);
    const pace = { gapMs: minGapMs, ...(digest && { above: digest.above }) };
    const shared = isPaced(receiver) ? shareLane(store, id, pace) : undefined;
    return { receiver, lane, shared };
  };
  return new Map(Array.from(receivers, (receiver) => [receiver.name, open(receiver)]));
}

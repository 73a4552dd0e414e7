import type { Receiver } from "#receivers/receiver";
import type { Delivery, Millis, Store } from "#store/store";
import { isPaced, type Lane, openLane } from "./lane.ts";
import { type SharedLane, shareLane } from "./shared-lane.ts";

/** A receiver, and how fast it may be served. */
export interface Outlet {
  readonly receiver: Receiver;
  readonly lane: Lane;
  /** Absent where nobody asks for a pace. */
  readonly shared: SharedLane | undefined;
}

/** The ways to the receivers of a configuration. Those that name the same lane have one between them. */
export interface Outlets {
  /** Of a receiver by its name, perhaps in another channel; `undefined` where the configuration has none. */
  of(name: string): Outlet | undefined;
  /** The names of those to which nothing may be sent now. */
  closed(now: Millis): readonly string[];
}

export function openOutlets(store: Store, receivers: ReadonlyMap<string, Receiver>): Outlets {
  const lanes = new Map<string, Lane>();
  const outlets = new Map<string, Outlet>();

  function open(receiver: Receiver): Outlet {
    const { name, kind, minGapMs, digest } = receiver;
    const id = receiver.lane === undefined ? `receiver ${name}` : `${kind} ${receiver.lane}`;
    const lane = lanes.get(id) ?? openLane(receiver);
    lanes.set(id, lane);
    const pace = { gapMs: minGapMs, ...(digest && { above: digest.above }) };
    const shared = isPaced(receiver) ? shareLane(store, id, pace) : undefined;
    const outlet = { receiver, lane, shared };
    outlets.set(name, outlet);
    return outlet;
  }

  for (const receiver of receivers.values()) open(receiver);
  return {
    of(name) {
      const known = outlets.get(name);
      if (known !== undefined) return known;
      const receiver = receiverNamed(receivers, name);
      return receiver === undefined ? undefined : open(receiver);
    },
    closed: (now) => [...outlets].filter(([, outlet]) => !isOpen(outlet, now)).map(([name]) => name),
  };
}

/** A receiver by its name, or one in another channel by its name, a slash, and the channel. */
export function receiverNamed(receivers: ReadonlyMap<string, Receiver>, name: string): Receiver | undefined {
  const slash = name.lastIndexOf("/");
  return (
    receivers.get(name) ??
    (slash === -1 ? undefined : receivers.get(name.slice(0, slash))?.inChannel?.(name.slice(slash + 1)))
  );
}

/** Whether something may be sent now: there is room, and nobody asked for silence. */
export function isOpen({ lane, receiver }: Outlet, now: Millis): boolean {
  return lane.isOpen(now) && !isQuiet(receiver, now);
}

/** Whether a receiver is to be left alone now. */
export function isQuiet({ quietUntil }: Receiver, now: Millis): boolean {
  return quietUntil?.(now) !== undefined;
}

/** Whether a delivery had to wait for the end of quiet hours: people are told of all that did in one message. */
export function wasHeld({ receiver: { quietUntil, digest } }: Outlet, { queuedAt }: Delivery): boolean {
  return digest !== undefined && quietUntil?.(queuedAt) !== undefined;
}

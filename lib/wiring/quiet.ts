import type { ReceiverConfig } from "#config/model";
import { type QuietHours, quietUntil } from "#delivery/quiet";
import type { Receiver } from "#receivers/receiver";
import type { Millis } from "#store/store";

/** A receiver that is left alone in these hours, in whatever channel. */
export function withQuiet(receiver: Receiver, hours: readonly QuietHours[] | undefined): Receiver {
  if (hours === undefined) return receiver;
  const { inChannel } = receiver;
  return {
    ...receiver,
    quietUntil: (at) => quietUntil(hours, at),
    ...(inChannel && { inChannel: (channel) => withQuiet(inChannel(channel), hours) }),
  };
}

type Hours = readonly Pick<ReceiverConfig<unknown>, "name" | "quiet">[];

/** Until when a receiver, perhaps in another channel, is left alone, where it is at a moment. */
export function quietUntilOf(receivers: Hours, receiver: string, at: Millis): Millis | undefined {
  const own = receivers.find(({ name }) => receiver === name || receiver.startsWith(`${name}/`));
  return quietUntil(own?.quiet ?? [], at);
}

/** Whether a receiver is left alone at a moment: what waits for it waits on purpose. */
export function leftAlone(receivers: Hours, at: Millis): (receiver: string) => boolean {
  return (receiver) => quietUntilOf(receivers, receiver, at) !== undefined;
}

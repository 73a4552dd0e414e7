import type { ReceiverConfig } from "#config/model";
import type { Sources } from "#config/references";
import { resolveReceiverFrom } from "#config/resolve";
import type { Receiver } from "#receivers/receiver";
import { type Outside, openOutside, openReceiver } from "#wiring/receivers";
import { packagedConfig } from "./config.ts";
import { keep } from "./keep.ts";
import { logger } from "./observe.ts";
import { reasonOf } from "./reason.ts";
import { openSecrets } from "./secrets.ts";

const SECRET_RETRY_MS = 60_000;

/** Every receiver, with its secrets as they are now. */
export const receivers = keep(async (): Promise<ReadonlyMap<string, Receiver>> => {
  // For all of them: a parameter that several of them use is asked for once.
  const [secrets, outside] = [openSecrets(), openOutside()];
  const opened = await Promise.all(packagedConfig().receivers.map((receiver) => open(receiver, secrets, outside)));
  return new Map(opened.map((receiver) => [receiver.name, receiver]));
});

/** One whose secret cannot be read keeps its deliveries waiting, and no other receiver. */
async function open(receiver: ReceiverConfig, secrets: Sources, outside: Outside): Promise<Receiver> {
  try {
    return await openReceiver(await resolveReceiverFrom(secrets, receiver), outside);
  } catch (error) {
    const reason = reasonOf(error);
    logger.error("a receiver cannot be opened", { receiver: receiver.name, reason });
    return unavailable(receiver, reason);
  }
}

function unavailable({ name, type }: ReceiverConfig, reason: string): Receiver {
  const outcome = { state: "retry", reason, retryAfterMs: SECRET_RETRY_MS, throttled: true } as const;
  return { name, kind: type === "slackBot" ? "slack" : type, minGapMs: 0, send: async () => outcome };
}

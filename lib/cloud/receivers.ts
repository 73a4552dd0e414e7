import type { ReceiverConfig } from "#config/model";
import type { Sources } from "#config/references";
import { resolveConfigFrom } from "#config/resolve";
import type { Receiver } from "#receivers/receiver";
import { openReceiver } from "#wiring";
import { packagedConfig } from "./config.ts";
import { keep } from "./keep.ts";
import { logger } from "./observe.ts";
import { reasonOf } from "./reason.ts";
import { openSecrets } from "./secrets.ts";

const SECRET_RETRY_MS = 60_000;

/** Every receiver, with its secrets as they are now. */
export const receivers = keep(async (): Promise<ReadonlyMap<string, Receiver>> => {
  // One for all: a parameter that several of them use is asked for once.
  const secrets = openSecrets();
  const opened = await Promise.all(packagedConfig().receivers.map((receiver) => open(receiver, secrets)));
  return new Map(opened.map((receiver) => [receiver.name, receiver]));
});

/** One whose secret cannot be read keeps its deliveries waiting, and no other receiver. */
async function open(receiver: ReceiverConfig, secrets: Sources): Promise<Receiver> {
  try {
    const {
      receivers: [resolved],
    } = await resolveConfigFrom(secrets, { ...packagedConfig(), clusters: [], receivers: [receiver] });
    if (resolved === undefined) throw new Error("the package has no such receiver");
    return openReceiver(resolved);
  } catch (error) {
    const reason = reasonOf(error);
    logger.error("a receiver cannot be opened", { receiver: receiver.name, reason });
    return unavailable(receiver, reason);
  }
}

function unavailable({ name, type }: ReceiverConfig, reason: string): Receiver {
  const outcome = { state: "retry", reason, retryAfterMs: SECRET_RETRY_MS, throttled: true } as const;
  return { name, kind: type, minGapMs: 0, send: async () => outcome };
}

import { Webhook } from "standardwebhooks";
import { ReceiverError } from "../error.ts";

/** Makes the Standard Webhooks headers of one attempt; `now` in milliseconds. */
export type Sign = (id: string, now: number, body: string) => Record<string, string>;

const PREFIX = "whsec_";
// The least that the specification allows, 192 bits.
const MIN_KEY_BYTES = 24;

/**
 * Signs with each secret, the newest first, so that a receiver can verify with an old or a new one while they are
 * exchanged. Without secrets the headers have no signature. Throws a `bad-secret` {@link ReceiverError}.
 */
export function signer(receiver: string, secrets: readonly string[]): Sign {
  const keys = secrets.map((secret) => parseSecret(receiver, secret));
  return (id, now, body) => {
    const seconds = Math.floor(now / 1_000);
    const signatures = keys.map((key) => key.sign(id, new Date(seconds * 1_000), body));
    return {
      "webhook-id": id,
      "webhook-timestamp": String(seconds),
      ...(signatures.length > 0 && { "webhook-signature": signatures.join(" ") }),
    };
  };
}

function parseSecret(receiver: string, secret: string): Webhook {
  const bad = (problem: string) => new ReceiverError("bad-secret", receiver, `its secret ${problem}`);
  if (!secret.startsWith(PREFIX)) throw bad(`must begin with ${PREFIX}`);
  const key = Buffer.from(secret.slice(PREFIX.length), "base64");
  // Node skips what is not base64; what does not come back as it was written is not base64.
  if (key.toString("base64").replace(/=+$/, "") !== secret.slice(PREFIX.length).replace(/=+$/, ""))
    throw bad(`must be ${PREFIX} followed by base64`);
  if (key.length < MIN_KEY_BYTES) throw bad(`must hold at least ${MIN_KEY_BYTES} bytes of base64 after ${PREFIX}`);
  return new Webhook(key, { format: "raw" });
}

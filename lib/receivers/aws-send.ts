import { type AwsKeys, signAws } from "#signing/aws-signature";
import type { AwsCredentials } from "./aws-credentials.ts";
import { type AwsWords, outcomeOfCode } from "./aws-errors.ts";
import { ReceiverError } from "./error.ts";
import { outcomeOf } from "./outcome.ts";
import type { Post } from "./post.ts";
import type { Outcome } from "./receiver.ts";
import { secretParts } from "./redact.ts";

/** One action of one service of AWS in one region. */
export interface AwsAction {
  /** As signatures name it: `sns`, `events`. */
  readonly service: string;
  readonly region: string;
  readonly url: URL;
  readonly words: AwsWords;
  /** What no reason may repeat, beside the address and the keys. */
  readonly secrets: readonly string[];
  readonly credentials: AwsCredentials;
  readonly post: Post;
  /** The code of the error that an answer reports, whatever its status: a short word. */
  readonly errorIn: (status: number, body: string) => string | undefined;
}

export interface AwsBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Posts one signed request, once, and says what became of it. Never throws for anything that AWS or the network does. */
export async function sendToAws(
  action: AwsAction,
  request: AwsBody,
  now: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const keys = await keysFor(action, signal);
  if ("complaint" in keys) return { state: "retry", reason: keys.complaint };
  const { service, region, url, words } = action;
  const headers = signAws(keys, { service, region, at: now }, { method: "POST", url, ...request });
  const result = await action.post({ url, headers, body: request.body }, signal);
  const code = result.type === "answer" ? action.errorIn(result.status, result.body) : undefined;
  const known = code === undefined ? undefined : outcomeOfCode(code, words);
  if (known !== undefined) return known;
  const secrets = [...secretParts(url), ...action.secrets, ...Object.values(keys)];
  const outcome = outcomeOf(result, { now, secrets });
  if (code === undefined || outcome.state !== "delivered") return outcome;
  return { state: "retry", reason: `${words.service}: it did not take the event (${code})` };
}

// A sign-in that is asked for over the network, or a command that a profile names, may never come back.
const KEYS_TIMEOUT_MS = 5_000;

async function keysFor({ credentials }: AwsAction, signal: AbortSignal): Promise<AwsKeys | { complaint: string }> {
  const given = credentials();
  const { promise, resolve } = Promise.withResolvers<{ complaint: string }>();
  const stop = () => resolve({ complaint: "stopped before there were AWS credentials" });
  const timer = setTimeout(() => resolve({ complaint: "no AWS credentials in time" }), KEYS_TIMEOUT_MS);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([given, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/** The address of a service in a region, as the SDK makes it. Throws a `bad-address` {@link ReceiverError} for a partition that needs `endpoint`. */
export function awsAddress(receiver: string, service: string, region: string): URL {
  // AWS's own isolated regions have domains that are not public knowledge to rely on.
  if (!/^[a-z]{2,3}(?:-[a-z]+)+-\d+$/.test(region) || region.includes("-iso"))
    throw new ReceiverError(
      "bad-address",
      receiver,
      "its region is not one of AWS's; correct it, or name the endpoint",
    );
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return new URL(`https://${service}.${region}.${domain}/`);
}

import { createHash } from "node:crypto";
import type { JobEvent } from "#jobs/event";
import { openWords, type Wording } from "#words/words";
import { parseAddress } from "../address.ts";
import { ReceiverError } from "../error.ts";
import { outcomeOf } from "../outcome.ts";
import { httpPost, type Post } from "../post.ts";
import type { Outcome, Receiver } from "../receiver.ts";
import { secretParts } from "../redact.ts";
import { memoOf, type Turn, turnOf } from "./alert.ts";
import { explain } from "./errors.ts";
import { alertEvent, type Severity } from "./message.ts";

export interface PagerDutyOptions {
  readonly name: string;
  /** The integration key of a service, 32 characters. Whoever has it can open and close alerts: it is a secret. */
  readonly routingKey: string;
  /** Of each alert; by default `error`. */
  readonly severity?: Severity;
  /** Where the account is; by default `us`. */
  readonly region?: "us" | "eu";
  /** In place of the region's own. */
  readonly endpoint?: string;
  readonly messages?: Wording;
  readonly post?: Post;
}

const ENDPOINTS = { us: "https://events.pagerduty.com", eu: "https://events.eu.pagerduty.com" };

/** 120 events a minute for a key is what PagerDuty's support names; its documentation says that the limit moves. */
const MIN_GAP_MS = 500;

/** What it asks for after a 429: "a backoff of a few minutes". A page should not be later than it must. */
const THROTTLED_MS = 60_000;

/** Opens an alert for each job that failed, or of which a rule raises something, and closes it when that is over. Throws a {@link ReceiverError} for a bad key or endpoint. */
export function pagerDutyReceiver(options: PagerDutyOptions): Receiver {
  const { name, routingKey, severity = "error", region = "us", post = httpPost() } = options;
  if (!/^[0-9a-z]{32}$/i.test(routingKey))
    throw new ReceiverError("bad-secret", name, "its routingKey must have 32 letters and digits");
  const url = new URL("/v2/enqueue", parseAddress(name, options.endpoint ?? ENDPOINTS[region]));
  const secrets = [...secretParts(url), routingKey];
  const words = openWords(options.messages);
  const headers = { "content-type": "application/json" };
  return {
    name,
    kind: "pagerduty",
    lane: `pagerduty/${createHash("sha256").update(routingKey).digest("hex").slice(0, 12)}`,
    minGapMs: MIN_GAP_MS,
    remembers: true,
    async send(event: JobEvent, now: number, signal: AbortSignal, memo?: string): Promise<Outcome> {
      const turn = turnOf(event, memo);
      // Nothing to say: what was said before is still so.
      if (turn.action === undefined)
        return { state: "delivered", ...(memo !== undefined && { memo: memoOf(turn.open) }) };
      const body = JSON.stringify(alertEvent(event, turn.action, routingKey, severity, words));
      const outcome = patient(outcomeOf(await post({ url, headers, body }, signal), { now, secrets, explain }));
      return { ...outcome, ...memoAfter(turn, outcome, memo) };
    },
  };
}

/** An alert counts as open from the first attempt on, whose answer may have been lost, until a resolve was taken. */
function memoAfter({ action, open }: Turn, { state }: Outcome, memo: string | undefined): { readonly memo?: string } {
  if (action === "trigger" || state === "delivered") return { memo: memoOf(open) };
  return memo === undefined ? {} : { memo };
}

function patient(outcome: Outcome): Outcome {
  return outcome.state === "retry" && outcome.throttled ? { retryAfterMs: THROTTLED_MS, ...outcome } : outcome;
}

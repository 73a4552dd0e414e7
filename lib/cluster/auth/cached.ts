import type { Credentials, Proof } from "../access.ts";

/** A proof and when to make another one, in milliseconds since 1970. */
export interface Made {
  readonly proof: Proof;
  readonly until: number;
}

// Renewed before its end: a list may take a while.
const MARGIN_MS = 60_000;

/** A bearer token that ends at `expiresAt`, in milliseconds since 1970, or that holds until it is refused. */
export function bearer(token: string, expiresAt = Number.POSITIVE_INFINITY): Made {
  return proofUntil({ headers: { authorization: `Bearer ${token}` } }, expiresAt);
}

/** A proof that is used until a minute before its end. */
export function proofUntil(proof: Proof, expiresAt: number): Made {
  return { proof, until: expiresAt - MARGIN_MS };
}

/** Credentials that take time to make: kept as long as they hold, made anew after a 401. Who asks at the same time shares one try. */
export function cached(now: () => number, make: (signal: AbortSignal) => Promise<Made>): Credentials {
  let kept: Made | undefined;
  let running: { readonly made: Promise<Made>; readonly signal: AbortSignal } | undefined;
  const start = (signal: AbortSignal) => {
    const made = make(signal).finally(() => {
      running = undefined;
    });
    return { made, signal };
  };
  const share = async (signal: AbortSignal): Promise<Made> => {
    running ??= start(signal);
    const { made, signal: starter } = running;
    try {
      return await made;
    } catch (error) {
      signal.throwIfAborted();
      // The try was somebody else's, who left.
      return starter.aborted ? share(signal) : Promise.reject(error);
    }
  };
  return {
    async current(signal) {
      signal.throwIfAborted();
      if (kept === undefined || now() >= kept.until) kept = await share(signal);
      return kept.proof;
    },
    renew(refused) {
      // Many requests are refused at once, and the first of them has seen to it.
      if (refused === undefined || refused === kept?.proof) kept = undefined;
      return true;
    },
  };
}

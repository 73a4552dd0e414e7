import type { Claim, Millis, ScopeStates, Store } from "#store/store";

const LEASE_MS = 60_000;
/** What must be left of a lease to write under it: more than clocks differ, and than a request takes. */
const MARGIN_MS = 30_000;

/** The end of a lease that begins now. */
export function leaseFrom(now: Millis): Millis {
  return now + LEASE_MS;
}

/** A claimed scope, for as long as a tick works on it. */
export interface Hold {
  /** For where nobody can wait: puts off the end where it is near, in the background. */
  prolong(): void;
  /** Whether the scope is still ours, by the clock; where the end is near, by asking. */
  isKept(): Promise<boolean>;
  /** Whether nobody else has had the scope since it was claimed, whatever the clocks say: asks, and puts off the end. */
  isUndisturbed(): Promise<boolean>;
}

/** `unsaved` answers with what came to be known of the scope since it was last asked, so that whoever takes over from a holder that dies has little to repeat. */
export function holdOf(
  store: Store,
  claim: Claim,
  now: () => Millis,
  until: Millis,
  unsaved: () => ScopeStates | undefined = () => undefined,
): Hold {
  let end = until;
  let prolonging = false;

  async function renew(): Promise<boolean> {
    const next = leaseFrom(now());
    if ((await store.renewScope(claim, { until: next }, unsaved())) === "lost") return false;
    end = next;
    return true;
  }

  const isNear = () => now() > end - MARGIN_MS;

  async function prolongOnce(): Promise<void> {
    prolonging = true;
    // What goes wrong here is heard by whoever asks next. One that is lost is not asked for again.
    prolonging = !(await renew().catch(() => true));
  }

  return {
    prolong() {
      if (!prolonging && isNear()) void prolongOnce();
    },
    isKept: async () => !isNear() || renew(),
    isUndisturbed: renew,
  };
}

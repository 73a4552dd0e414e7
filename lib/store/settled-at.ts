import type { Millis, Settlement } from "./store.ts";

/** When an attempt was settled: a retry says only what comes after it, which is near enough for a keep of weeks. */
export function settledAt(settlement: Settlement): Millis {
  return settlement.state === "retry" ? Math.ceil(settlement.nextAttemptAt) : settlement.at;
}

/** An error in one line for a log. Our own errors hold no secret; of others the name is all that is known to be harmless. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "an unknown error";
  return "code" in error && OURS.has(error.name) ? error.message : error.name;
}

const OURS = new Set(["StoreError", "ClusterError", "ConfigError", "ReceiverError"]);

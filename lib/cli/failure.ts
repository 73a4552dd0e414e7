import { ClusterError } from "#cluster/cluster";
import { KubeconfigError } from "#cluster/kubeconfig/error";
import { ConfigError } from "#config/config";
import { ReceiverError } from "#receivers/error";
import { StoreError } from "#store/store-error";

/** Bad usage of the command line that only shows once the options are read together. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
}

export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** What to print of an error, and the exit code that it means. A stack is for `--verbose`, or for what nobody foresaw. */
export function failureOf(
  error: unknown,
  verbose: boolean,
): { readonly lines: readonly string[]; readonly exit: number } {
  if (error instanceof ConfigError) return { lines: error.format().split("\n"), exit: EXIT.usage };
  if (error instanceof UsageError) return { lines: [`jobbell: ${error.message}`], exit: EXIT.usage };
  if (error instanceof KubeconfigError || error instanceof ReceiverError)
    return { lines: [`jobbell: ${error.message}`], exit: EXIT.usage };
  const expected = error instanceof StoreError || error instanceof ClusterError;
  const message = error instanceof Error ? error.message : String(error);
  const head = expected ? `jobbell: ${message}` : `jobbell: unexpected: ${message}`;
  return { lines: [head, ...(verbose ? causesOf(error) : [])], exit: EXIT.failed };
}

function causesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const stack = (error.stack ?? "").split("\n").slice(1);
  return [
    ...stack,
    ...(error.cause === undefined ? [] : [`caused by: ${describeCause(error.cause)}`, ...causesOf(error.cause)]),
  ];
}

function describeCause(cause: unknown): string {
  return cause instanceof Error ? `${cause.name} ${"code" in cause ? String(cause.code) : ""}`.trim() : typeof cause;
}

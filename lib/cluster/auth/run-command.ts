import { execFile } from "node:child_process";

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
}

/** How a command ended. `exit` is a status, or the name of the signal that ended it. */
export type CommandResult =
  | { readonly type: "done"; readonly stdout: string }
  | { readonly type: "missing" }
  | { readonly type: "not-executable" }
  | { readonly type: "timeout" }
  | { readonly type: "failed"; readonly exit: string; readonly stderr: string };

// A credential is a few kilobytes, a chatty plugin's warnings are not much more.
const MAX_OUTPUT = 1024 * 1024;

/** Runs a command without a shell and without input. Rejects only when `signal` ends it. */
export function runCommand(command: Command, signal: AbortSignal): Promise<CommandResult> {
  const { args, env, timeoutMs: timeout } = command;
  return new Promise((resolve, reject) => {
    const options = { env, timeout, signal, maxBuffer: MAX_OUTPUT, windowsHide: true, encoding: "utf8" } as const;
    const child = execFile(command.command, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ type: "done", stdout });
      if (signal.aborted) return reject(signal.reason);
      resolve(resultOf(error, stderr));
    });
    // A plugin that asks a question gets the end of the input, not a wait without end.
    child.stdin?.on("error", () => {}).end();
  });
}

function resultOf(
  error: Error & { code?: unknown; killed?: boolean; signal?: unknown },
  stderr: string,
): CommandResult {
  const { code, killed, signal } = error;
  if (code === "ENOENT") return { type: "missing" };
  if (code === "EACCES" || code === "ENOEXEC") return { type: "not-executable" };
  if (killed === true && typeof code !== "string") return { type: "timeout" };
  return { type: "failed", exit: String(code ?? signal), stderr };
}

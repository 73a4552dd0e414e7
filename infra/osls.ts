import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command of osls on serverless.yml, shows what it says, and answers its exit code. */
export function osls(command: string, args: readonly string[]): number {
  const program = createRequire(import.meta.url).resolve("osls/bin/serverless.js");
  const { status } = spawnSync(process.execPath, [program, command, ...args], { cwd: ROOT, stdio: "inherit" });
  return status ?? 1;
}

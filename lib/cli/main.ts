#!/usr/bin/env node
import { CommanderError } from "commander";
import { EXIT, failureOf } from "./failure.ts";
import { complain } from "./print.ts";
import { program } from "./program.ts";

// Whoever reads our output may have left (`jobbell run --json | head -1`): that is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.failed),
);

try {
  await program((exit) => {
    process.exitCode = exit;
  }).parseAsync();
} catch (error) {
  process.exitCode = error instanceof CommanderError ? usageExit(error) : explain(error);
}
// What is still open is nothing that anybody waits for: kept connections, timers of a receiver that never answered.
process.stdout.write("", () => process.exit());

/** commander has printed what is wrong, or the help that was asked for. */
function usageExit({ exitCode }: CommanderError): number {
  return exitCode === 0 ? EXIT.ok : EXIT.usage;
}

function explain(error: unknown): number {
  const verbose = process.argv.includes("--verbose") || process.argv.includes("-v");
  const { lines, exit } = failureOf(error, verbose);
  lines.forEach(complain);
  return exit;
}

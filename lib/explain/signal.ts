// By their numbers, from 1 on, the same on every Linux that Kubernetes runs on.
const NAMES = "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM".split(" ");

/** The signal that ended a container, by name: shells and container runtimes add 128 to its number. */
export function signalOf({
  exitCode,
  signal,
}: {
  exitCode: number;
  signal?: number | null | undefined;
}): string | undefined {
  const name = NAMES[(signal || exitCode - 128) - 1];
  return name && `SIG${name}`;
}

import { readFileSync } from "node:fs";

/** What a process used up, as it saw it itself. CPU is user and system, of all threads. */
export interface Spent {
  /** From its beginning on. */
  readonly cpuMs: number;
  /** Of it until its work began: to start Node, and to load what it is made of. */
  readonly startMs: number;
  /** Of its work, by the clock. */
  readonly workMs: number;
  readonly peakMb: number;
}

/** What a contender was told to do. */
export function instruction<T>(): T {
  return JSON.parse(process.argv[2] ?? "");
}

/** Does what a contender is here for, and prints what that took, with what it answers. */
export async function report<T extends object>(work: () => Promise<T>): Promise<void> {
  const startMs = cpuMs();
  const begun = performance.now();
  const result = await work();
  const spent: Spent = { startMs, workMs: performance.now() - begun, cpuMs: cpuMs(), peakMb: peakMb() };
  process.stdout.write(`${JSON.stringify({ ...spent, ...result })}\n`);
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

// What getrusage says begins with what the parent had when it forked, where this is known to be of this program alone.
function peakMb(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS / 1024;
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

import { readFileSync } from "node:fs";

/** Whether a process of this machine lives. `started`, from {@link startOf}, tells it from a later one of the same number. */
export function isAlive(pid: number, started: string): boolean {
  return exists(pid) && startOf(pid) === started;
}

/** When a process was started, in the words of the system that runs it; empty where the system does not say. */
export function startOf(pid: number): string {
  try {
    // proc(5): field 22, in clock ticks since boot. The name in field 2 may hold blanks and parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, as somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

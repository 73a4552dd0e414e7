import { spawnSync } from "node:child_process";

/** The Python 3 of this machine. Throws, with what to do, where there is none: what needs it is never left out. */
export function python3(): string {
  const { stdout } = spawnSync("python3", ["--version"], { encoding: "utf8" });
  if (/^Python 3\.(9|\d\d)/.test(stdout ?? "")) return "python3";
  throw new Error("This test needs Python 3.9 or newer as python3: apt-get install python3");
}

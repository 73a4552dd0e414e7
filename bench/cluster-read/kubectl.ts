import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";

/** What the shell says that a command took. */
export interface Timed {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Whether there is a kubectl. */
export function hasKubectl(): boolean {
  try {
    execFileSync("bash", ["-c", "command -v kubectl"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** `kubectl get tfjobs -o json`, to nowhere. What it keeps stands in that folder. */
export async function getWithKubectl(server: string, namespace: string, folder: string): Promise<Timed> {
  const kubeconfig = `${folder}/kubeconfig`;
  writeFileSync(kubeconfig, JSON.stringify(configOf(server)));
  const options = `--kubeconfig=${kubeconfig} --cache-dir=${folder}/cache`;
  const command = `time kubectl ${options} get tfjobs -n ${namespace} -o json >/dev/null`;
  const child = spawn("bash", ["-c", `TIMEFORMAT='%R %U %S'; ${command}`], { stdio: ["ignore", "ignore", "pipe"] });
  const [said, [exit]] = await Promise.all([text(child.stderr), once(child, "close")]);
  if (exit !== 0) throw new Error("kubectl cannot list the simulated cluster");
  const [wall = 0, user = 0, system = 0] = (said.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 };
}

function configOf(server: string): object {
  return {
    ...{ apiVersion: "v1", kind: "Config", "current-context": "bench" },
    contexts: [{ name: "bench", context: { cluster: "bench", user: "bench" } }],
    clusters: [{ name: "bench", cluster: { server } }],
    users: [{ name: "bench", user: {} }],
  };
}

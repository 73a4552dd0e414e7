import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { bundle } from "../../infra/bundle.ts";
import type { ListTask } from "./client-node.ts";
import type { JobbellResult, JobbellTask } from "./jobbell.ts";
import type { Spent } from "./spent.ts";

/** `wallMs` is from the start of the process to its end. */
export type Ran<T = object> = Spent & T & { readonly wallMs: number };

/** Programs that read a cluster, each a single file as functions are, run in a process of their own. */
export interface Contenders extends Disposable {
  /** For states, kubeconfigs. */
  path(name: string): string;
  /** `nodeOptions` as people set them in NODE_OPTIONS. */
  jobbell(task: JobbellTask, nodeOptions?: string): Promise<Ran<JobbellResult>>;
  clientNode(task: ListTask): Promise<Ran>;
  bareLoop(task: ListTask): Promise<Ran>;
  /** Nothing but Node itself. */
  nothing(): Promise<Ran>;
}

const SOURCES = ["jobbell", "client-node", "bare-loop", "nothing"] as const;

export async function openContenders(): Promise<Contenders> {
  const folder = mkdtempSync(join(tmpdir(), "jobbell-bench-"));
  const path = (name: string) => join(folder, name);
  for (const name of SOURCES) {
    const { code } = await bundle(fileURLToPath(new URL(`${name}.ts`, import.meta.url)), {});
    writeFileSync(path(`${name}.mjs`), code);
  }
  return {
    path,
    jobbell: (task, nodeOptions) => run(path("jobbell.mjs"), task, nodeOptions),
    clientNode: (task) => run(path("client-node.mjs"), task),
    bareLoop: (task) => run(path("bare-loop.mjs"), task),
    nothing: () => run(path("nothing.mjs"), {}),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function run<T extends object>(program: string, task: object, nodeOptions = ""): Promise<Ran<T>> {
  const begun = performance.now();
  const child = spawn(process.execPath, ["--no-warnings", program, JSON.stringify(task)], {
    env: { PATH: process.env.PATH, NODE_OPTIONS: nodeOptions },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [exit]] = await Promise.all([text(child.stdout), once(child, "close")]);
  const wallMs = performance.now() - begun;
  if (exit !== 0) throw new Error(`a contender ended with ${exit}`);
  return { ...JSON.parse(output), wallMs };
}

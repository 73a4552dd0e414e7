import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { lowerQuartile } from "./benchmark.ts";
import type { Spent } from "./invoke.ts";

/** One function in a fresh process of its own, as it is deployed. */
export interface Handler extends AsyncDisposable {
  /** What starting and importing took. */
  readonly start: Spent;
  /** What one invocation took, and the bytes that it logged. */
  invoke(event: object): Promise<Spent & { readonly logged: number }>;
}

/** Starts a bundle with these variables and no others of ours. */
export async function startHandler(path: string, variables: Readonly<Record<string, string>>): Promise<Handler> {
  const child = fork(fileURLToPath(new URL("invoke.ts", import.meta.url)), [path], {
    execArgv: [],
    env: { PATH: process.env.PATH, NODE_OPTIONS: "--enable-source-maps", ...variables },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let logged = 0;
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      logged += chunk.length;
    });
  const start = await answer(child);
  return {
    start,
    async invoke(event) {
      const before = logged;
      child.send(event);
      const spent = await answer(child);
      // What was written before the answer may be read after it.
      await new Promise((resolve) => setImmediate(resolve));
      return { ...spent, logged: logged - before };
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function answer(child: ChildProcess): Promise<Spent> {
  const over = new AbortController();
  const died = once(child, "exit", { signal: over.signal }).then(() => {
    throw new Error("an invocation failed");
  });
  try {
    const [spent] = await Promise.race([once(child, "message", { signal: over.signal }), died]);
    return spent;
  } finally {
    over.abort();
    died.catch(() => {});
  }
}

/** The typical one of many, on a machine that has nothing else to do. */
export function typical<T extends Readonly<Record<string, number>>>(all: readonly T[]): T {
  const [first] = all;
  const entries = Object.keys(first ?? {}).map((name) => [
    name,
    lowerQuartile(all.map((each) => each[name] ?? Number.NaN)),
  ]);
  return Object.fromEntries(entries) as T;
}

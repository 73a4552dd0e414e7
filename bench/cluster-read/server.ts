import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createAuthority } from "../../test/support/tls.ts";
import type { ClusterSize } from "./counted-cluster.ts";

export interface ServerOptions extends ClusterSize {
  /** PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** With TLS: it speaks HTTP/2 with who asks for it. */
  readonly isHttp2: boolean;
}

/** What it was asked and has said since it began; bytes of bodies, uncompressed and as they were sent. */
export interface Counts {
  readonly requests: number;
  readonly bytes: number;
  readonly sent: number;
  readonly connections: number;
  /** Those that are open. */
  readonly watches: number;
}

/** Jobs that were changed, and just before when: milliseconds since 1970. */
export interface Reported {
  readonly at: number;
  readonly names: readonly string[];
}

export type Command = { readonly do: "count" } | { readonly do: "change"; readonly count: number };

/** The simulated cluster in a process of its own. */
export interface BenchServer extends AsyncDisposable {
  readonly url: string;
  /** PEM of whoever signed its certificate. */
  readonly ca: string | undefined;
  counts(): Promise<Counts>;
  /** Lets running jobs succeed. */
  change(count: number): Promise<Reported>;
}

export async function startServer(size: ClusterSize, { isTls = false, isHttp2 = false } = {}): Promise<BenchServer> {
  const authority = isTls ? createAuthority() : undefined;
  const tls = authority?.issue({ hosts: ["127.0.0.1"] });
  const options: ServerOptions = { ...size, isHttp2, ...(tls && { tls }) };
  const child = fork(fileURLToPath(new URL("serve.ts", import.meta.url)), [JSON.stringify(options)]);
  const [port] = await answerOf<[number]>(child);
  return {
    url: `${isTls ? "https" : "http"}://127.0.0.1:${port}`,
    ca: authority?.ca,
    counts: () => ask<Counts>(child, { do: "count" }),
    change: (count) => ask<Reported>(child, { do: "change", count }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}

/** One question at a time: answers come in order. */
async function ask<T>(child: ChildProcess, command: Command): Promise<T> {
  const answer = answerOf<[T]>(child);
  child.send(command);
  return (await answer)[0];
}

async function answerOf<T extends readonly unknown[]>(child: ChildProcess): Promise<T> {
  const over = new AbortController();
  const died = once(child, "exit", { signal: over.signal }).then(() => {
    throw new Error("the simulated cluster ended");
  });
  try {
    return (await Promise.race([once(child, "message", { signal: over.signal }), died])) as unknown as T;
  } finally {
    over.abort();
    died.catch(() => {});
  }
}

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type Outcome, startRuntimeApi } from "./runtime-api.ts";

/** AWS's own runtime client, compiled in a folder of its own: `npm ci` in test/cloud/runtime, as .ci/slow does. */
const CLIENT = fileURLToPath(new URL("runtime/node_modules/aws-lambda-ric/index.mjs", import.meta.url));

export interface EnvironmentOptions {
  readonly name: string;
  readonly arn: string;
  /** The unzipped package. */
  readonly folder: string;
  /** What the template and Lambda itself set. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Told of every line that the process writes. */
  readonly onLine: (line: string) => void;
}

/** One execution environment: a process that handles one invocation after the other until it dies. */
export interface Environment extends AsyncDisposable {
  readonly isAlive: boolean;
  /** Lambda ends the process of an invocation that takes longer than its function may. */
  invoke(event: unknown): Promise<Outcome>;
  /** SIGKILL. */
  kill(): void;
}

export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const { folder, variables, timeoutMs, arn, onLine } = options;
  const api = await startRuntimeApi();
  const child = spawn(process.execPath, [CLIENT, "index.handler"], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...variables, AWS_LAMBDA_RUNTIME_API: api.address },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const onExit = () => child.kill("SIGKILL");
  process.once("exit", onExit);
  const closed = once(child, "close");
  for (const stream of [child.stdout, child.stderr]) readLines(stream, onLine);
  let isAlive = true;
  let why: "killed" | "timeout" = "killed";
  child.once("exit", () => {
    isAlive = false;
    process.off("exit", onExit);
    api.abandon(why);
  });
  const kill = () => {
    isAlive = false;
    child.kill("SIGKILL");
  };

  return {
    get isAlive() {
      return isAlive;
    },
    async invoke(event) {
      const timer = setTimeout(() => {
        why = "timeout";
        kill();
      }, timeoutMs);
      const outcome = await api.invoke({ id: randomUUID(), event, deadline: Date.now() + timeoutMs, arn });
      clearTimeout(timer);
      return outcome;
    },
    kill,
    async [Symbol.asyncDispose]() {
      kill();
      await closed;
      await api[Symbol.asyncDispose]();
    },
  };
}

function readLines(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream }).on("line", onLine);
}

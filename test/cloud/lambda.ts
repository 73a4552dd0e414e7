import { type Environment, type EnvironmentOptions, startEnvironment } from "./environment.ts";
import type { Outcome } from "./runtime-api.ts";

/** One function: as many execution environments as its invocations need at the same time, and what they write. */
export interface Lambda extends AsyncDisposable {
  readonly name: string;
  /** Lines of standard output and standard error of all its processes, in the order in which they came. */
  readonly lines: readonly string[];
  /** How many processes were started. */
  readonly starts: number;
  invoke(event: unknown): Promise<Outcome>;
  /** Kills every process, whatever it is doing. */
  kill(): void;
}

export function openLambda(options: Omit<EnvironmentOptions, "onLine">): Lambda {
  const lines: string[] = [];
  const all: Promise<Environment>[] = [];
  const idle: Environment[] = [];

  async function take(): Promise<Environment> {
    for (let environment = idle.pop(); environment !== undefined; environment = idle.pop())
      if (environment.isAlive) return environment;
    const started = startEnvironment({ ...options, onLine: (line) => void lines.push(line) });
    all.push(started);
    return started;
  }

  return {
    name: options.name,
    lines,
    get starts() {
      return all.length;
    },
    async invoke(event) {
      const environment = await take();
      const outcome = await environment.invoke(event);
      idle.push(environment);
      return outcome;
    },
    kill() {
      for (const started of all) void started.then((environment) => environment.kill());
    },
    async [Symbol.asyncDispose]() {
      const environments = await Promise.allSettled(all);
      for (const each of environments) if (each.status === "fulfilled") await each.value[Symbol.asyncDispose]();
    },
  };
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import { bundle } from "../../infra/bundle.ts";
import { step } from "../../test/support/store-steps.ts";
import type { Spent } from "../cluster-read/spent.ts";
import { jobs } from "./workload.ts";

export interface LoopTask {
  /** Of each receiver, by its number. */
  readonly urls: readonly string[];
}

export interface JobbellTask extends LoopTask {
  /** The state file, with everything queued. */
  readonly state: string;
}

export type Ran = Spent & { readonly attempts: number; readonly pending: number };

/** Programs that post the workload, each a single file as functions are, run in a process of their own. */
export interface Contenders extends Disposable {
  jobbell(urls: readonly string[]): Promise<Ran>;
  bareLoop(urls: readonly string[]): Promise<Ran>;
}

export async function openContenders(): Promise<Contenders> {
  const folder = mkdtempSync(join(tmpdir(), "jobbell-bench-"));
  const build = async (name: string) => {
    const { code } = await bundle(fileURLToPath(new URL(`${name}.ts`, import.meta.url)), {});
    writeFileSync(join(folder, `${name}.mjs`), code);
    return join(folder, `${name}.mjs`);
  };
  const [jobbell, bareLoop] = [await build("jobbell"), await build("bare-loop")];
  return {
    async jobbell(urls) {
      const state = join(folder, "jobbell.db");
      await queueAll(state);
      return run(jobbell, { urls, state } satisfies JobbellTask);
    },
    bareLoop: (urls) => run(bareLoop, { urls } satisfies LoopTask),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function queueAll(state: string): Promise<void> {
  const store = sqliteStore(state);
  for (const { receiver, events } of jobs()) {
    const deliveries = events.map((event) => ({ receiver: `hook-${receiver}`, event }));
    await store.advance(step({ key: `ml/${events[0]?.name}`, deliveries, now: Date.now() }));
  }
  await store.close();
}

async function run(program: string, task: object): Promise<Ran> {
  const child = spawn(process.execPath, ["--no-warnings", program, JSON.stringify(task)], {
    env: { PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [exit]] = await Promise.all([text(child.stdout), once(child, "close")]);
  if (exit !== 0) throw new Error(`a contender ended with ${exit}`);
  return JSON.parse(output);
}

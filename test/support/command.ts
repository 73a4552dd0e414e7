import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const MAIN = new URL("../../lib/cli/main.ts", import.meta.url).pathname;

export interface Ended {
  /** The exit code, or the signal that ended the process. */
  readonly exit: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `jobbell` command that runs as a process of its own. */
export interface Command {
  readonly process: ChildProcess;
  /** Whole lines of standard output so far. */
  readonly lines: readonly string[];
  /** Resolves with the first line of standard output that fits. */
  line(fits: (line: string) => boolean): Promise<string>;
  readonly ended: Promise<Ended>;
}

/** Starts the command from its source, in `folder` where that is given. */
export function start(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}): Command {
  const child = spawn(process.execPath, ["--conditions=jobbell-source", MAIN, ...args], {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { PATH: process.env.PATH, HOME: "/nonexistent", NO_COLOR: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const waiting: { fits: (line: string) => boolean; resolve: (line: string) => void }[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    for (const { fits, resolve } of waiting) if (fits(line)) resolve(line);
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = once(child, "close").then(([code, signal]) => ({
    exit: code ?? signal,
    stdout: lines.map((line) => `${line}\n`).join(""),
    stderr,
  }));
  const line = (fits: (line: string) => boolean) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    waiting.push({ fits, resolve });
    const present = lines.find(fits);
    if (present !== undefined) resolve(present);
    return promise;
  };
  return { process: child, lines, line, ended };
}

/** Runs the command to its end. */
export function run(...parameters: Parameters<typeof start>): Promise<Ended> {
  return start(...parameters).ended;
}

/** The objects of JSON lines, all of them or those of one type. */
export function jsonLines<T = Record<string, unknown>>(output: string, type?: string): T[] {
  const objects = output
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  return type === undefined ? objects : objects.filter((object) => object.type === type);
}

/** A folder of its own that goes when the test ends. */
export function folder(): { readonly path: string; write(name: string, text: string): string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "jobbell-"));
  return {
    path,
    write(name, text) {
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** A kubeconfig that leads to a server. */
export function kubeconfig(
  server: string,
  { token = "s3cret-token", ca }: { token?: string; ca?: string } = {},
): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "prod",
    contexts: [{ name: "prod", context: { cluster: "c", user: "u" } }],
    clusters: [
      {
        name: "c",
        cluster: { server, ...(ca && { "certificate-authority-data": Buffer.from(ca).toString("base64") }) },
      },
    ],
    users: [{ name: "u", user: { token } }],
  });
}

import { basename } from "node:path";
import { cut, oneLine } from "#text/clean";
import { redact } from "#text/redact";
import type { Credentials } from "../access.ts";
import { ClusterError } from "../cluster.ts";
import { cached, type Made, proofUntil } from "./cached.ts";
import { type ExecCredential, readExecCredential } from "./exec-credential.ts";
import { type CommandResult, runCommand } from "./run-command.ts";

/** A command that makes credentials, as a kubeconfig's `exec` describes it. */
export interface ExecPlugin {
  readonly apiVersion: "client.authentication.k8s.io/v1" | "client.authentication.k8s.io/v1beta1";
  /** A name to be found in PATH, or an absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  /** Beside the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly installHint?: string;
  readonly interactiveMode?: "Never" | "IfAvailable" | "Always";
  /** What `provideClusterInfo` hands to the plugin, in the words of a kubeconfig; absent where it is not to be told. */
  readonly clusterInfo?: Readonly<Record<string, unknown>>;
}

export interface ExecPluginOptions {
  /** What errors name. */
  readonly cluster: string;
  /** What the plugin's words must not show when they are quoted: the server's host, for one. */
  readonly hidden?: readonly string[];
  readonly timeoutMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

// Long enough for a plugin that talks to two services, too short for one that waits for a person.
const TIMEOUT_MS = 60_000;

/** Credentials that a command makes: cached until a minute before their end, made anew after a 401. Calls at the same time share one run. */
export function execPlugin(plugin: ExecPlugin, options: ExecPluginOptions): Credentials {
  return cached(options.now ?? Date.now, (signal) => makeProof(plugin, options, signal));
}

async function makeProof(plugin: ExecPlugin, options: ExecPluginOptions, signal: AbortSignal): Promise<Made> {
  const { cluster, hidden, timeoutMs = TIMEOUT_MS } = options;
  const fail = (problem: string) =>
    new ClusterError("credentials", cluster, `cluster "${cluster}" needs credentials: ${problem}`);
  const name = `the command "${short(basename(plugin.command))}"`;
  if (plugin.interactiveMode === "Always") throw fail(`${name} wants to ask a person, and nobody is here`);
  const { command, args } = plugin;
  const result = await runCommand({ command, args, env: environmentOf(plugin), timeoutMs }, signal);
  if (result.type !== "done") throw fail(`${name} ${problemOf(result, plugin, timeoutMs, hidden)}`);
  const credential = readExecCredential(result.stdout, plugin.apiVersion);
  if (typeof credential === "string") throw fail(`${name} ${credential}`);
  return madeOf(credential);
}

function environmentOf({ apiVersion, env, clusterInfo }: ExecPlugin): Record<string, string | undefined> {
  const spec = { interactive: false, ...(clusterInfo !== undefined && { cluster: clusterInfo }) };
  const info = { kind: "ExecCredential", apiVersion, spec };
  return { ...process.env, ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
}

type Failed = Exclude<CommandResult, { type: "done" }>;

function problemOf(
  result: Failed,
  { installHint }: ExecPlugin,
  timeoutMs: number,
  hidden: readonly string[] = [],
): string {
  switch (result.type) {
    case "missing":
      return `was not found${installHint === undefined ? ": install it" : `: ${short(installHint)}`}`;
    case "not-executable":
      return "is not a program that may be run: check its mode";
    case "timeout":
      return `made none within ${timeoutMs / 1000} s: run it by hand, it may want to ask something`;
    case "failed": {
      const said = redact(firstLine(result.stderr), hidden);
      return `failed (${result.exit})${said === "" ? "" : `: ${said}`}`;
    }
    default:
      return result satisfies never;
  }
}

function short(text: string): string {
  return cut(oneLine(text), 300);
}

function firstLine(text: string): string {
  return text.split(/\r?\n/).find((line) => line.trim() !== "") ?? "";
}

function madeOf({ token, certificate, expiresAt = Number.POSITIVE_INFINITY }: ExecCredential): Made {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return proofUntil({ headers, ...certificate }, expiresAt);
}

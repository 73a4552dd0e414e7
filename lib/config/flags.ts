import { resolve } from "node:path";
import { checkDocument } from "./check.ts";
import type { Document, Path } from "./document.ts";
import type { Config } from "./model.ts";
import { ConfigError, type Place } from "./problem.ts";

/** What the command line says in place of a file. */
export interface Flags {
  /** What messages call the cluster: the name of the kubeconfig's context. */
  readonly cluster: string;
  readonly kubeconfig: string;
  readonly context?: string | undefined;
  readonly namespaces: readonly string[];
  readonly kinds: readonly string[];
  readonly slack?: string | undefined;
  readonly webhook?: string | undefined;
  readonly webhookSecret?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly pageSize?: number | undefined;
  readonly timeoutSeconds?: number | undefined;
  readonly resourceVersion?: string | undefined;
  readonly firstTick?: string | undefined;
  readonly intervalMs: number;
  readonly statePath: string;
  /** What relative paths start from. Default: the working directory. */
  readonly directory?: string | undefined;
}

/** The configuration that flags describe: every event goes to each of their receivers. Throws {@link ConfigError} whose lines begin with the flag. */
export function configFromFlags(flags: Flags): Config {
  if (flags.slack === undefined && flags.webhook === undefined) reject("--slack", "give --slack URL or --webhook URL");
  if (flags.webhook === undefined && flags.webhookSecret !== undefined)
    reject("--webhook-secret", "needs --webhook URL");
  const config = checkDocument(documentOf(flags));
  // What was typed was meant: no advice on where secrets belong.
  return { ...config, intervalMs: flags.intervalMs, warnings: [] };
}

function reject(flag: string, message: string): never {
  throw new ConfigError([{ ...placeOf(flag), message }]);
}

function documentOf(flags: Flags): Document {
  const place = (path: Path) => placeOf(flagOf(path));
  return {
    // Drops what is undefined, as a file has no such thing.
    value: JSON.parse(JSON.stringify(fileOf(flags))),
    directory: resolve(flags.directory ?? ""),
    placeOf: place,
    placeOfKey: place,
  };
}

// An address that somebody types is the one that is meant: a first try goes to this machine. A file may come from elsewhere.
const AT_ITS_WORD = { allowInsecure: true, allowPrivate: true };

/** What a file would say. */
function fileOf(flags: Flags) {
  const { kubeconfig, context, slack, webhook, webhookSecret } = flags;
  const receivers = [
    ...(slack === undefined ? [] : [{ name: "slack", slack: { webhookUrl: slack, ...AT_ITS_WORD } }]),
    ...(webhook === undefined
      ? []
      : [{ name: "webhook", webhook: { url: webhook, secret: webhookSecret, ...AT_ITS_WORD } }]),
  ];
  const routes = [{ receivers: receivers.map(({ name }) => name) }];
  return {
    clusters: [{ name: flags.cluster, kubeconfig, context }],
    receivers,
    namespaces: once(flags.namespaces).map((namespace) => ({ namespace, ...watchOf(flags), routes })),
    state: flags.statePath,
  };
}

function watchOf(flags: Flags) {
  const { labelSelector, fieldSelector, pageSize, timeoutSeconds, resourceVersion, firstTick } = flags;
  return {
    kinds: once(flags.kinds),
    labelSelector,
    fieldSelector,
    pageSize,
    timeoutSeconds,
    resourceVersion,
    firstTick,
  };
}

function once(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

const FLAGS: Readonly<Record<string, string>> = {
  name: "--context",
  namespaces: "--namespace",
  kinds: "--kind",
  webhookUrl: "--slack",
  url: "--webhook",
  secret: "--webhook-secret",
};

/** The flag that said what stands at a path: most are called like the key. */
function flagOf(path: Path): string {
  const key = String(path.findLast((step) => typeof step === "string"));
  return FLAGS[key] ?? `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function placeOf(flag: string): Place {
  return { file: flag, line: 0, column: 0 };
}

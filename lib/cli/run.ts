import { loadKubeconfig } from "#cluster/kubeconfig";
import { type ClusterConfig, type Config, formatProblem, loadConfig, resolveConfig } from "#config/config";
import { configFromFlags } from "#config/flags";
import { openServices } from "#wiring";
import { adviseOnce, complainOnChange } from "./complaints.ts";
import { EXIT, UsageError } from "./failure.ts";
import { onInterrupt } from "./interrupt.ts";
import { jsonReporter } from "./json-reporter.ts";
import { runLoop, runOnce } from "./loop.ts";
import { complain, print } from "./print.ts";
import { terminalReporter } from "./terminal-reporter.ts";

/** What `jobbell run` was given, as commander parsed it. */
export interface RunOptions {
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: readonly string[];
  readonly allNamespaces?: boolean;
  readonly kind?: readonly string[];
  readonly selector?: string;
  readonly fieldSelector?: string;
  readonly pageSize?: number;
  readonly slack?: string;
  readonly webhook?: string;
  readonly webhookSecret?: string;
  readonly firstTick?: string;
  readonly interval?: number;
  readonly state?: string;
  readonly once?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

const DEFAULTS = {
  config: "jobbell.yml",
  kinds: ["Job", "PyTorchJob", "TFJob"],
  intervalMs: 30_000,
  state: "jobbell.db",
};

/** `jobbell run`: watches and tells, until stopped or, with `--once`, a single time. Returns the exit code. */
export async function run(options: RunOptions): Promise<number> {
  const config = await configOf(options);
  for (const warning of config.warnings) complain(`warning: ${formatProblem(warning)}`);
  await using services = await openServices(await resolveConfig(config));
  const { intervalMs, statePath } = config;
  const { watches } = services;
  const reporter = options.json ? jsonReporter(print) : terminalReporter(print, options.verbose === true);
  const warn = complainOnChange(complain);
  const watch: typeof reporter.watch = (each, result) => {
    reporter.watch(each, result);
    warn(each, result);
  };
  const loop = { ...onInterrupt(), reporter: { ...reporter, watch }, onAdvice: adviseOnce(complain) };
  reporter.started({ watches, intervalMs, once: options.once === true, state: statePath });
  if (!options.once) {
    await runLoop(services, { ...loop, intervalMs });
    return EXIT.ok;
  }
  const { errors, dead } = await runOnce(services, loop);
  return errors.length > 0 || dead > 0 ? EXIT.failed : EXIT.ok;
}

/** The configuration of a file, or of flags where they say which namespaces. */
async function configOf(options: RunOptions): Promise<Config> {
  const flag = options.allNamespaces ? "--all-namespaces" : "--namespace";
  const namespaces = options.allNamespaces ? ["*"] : options.namespace;
  if (namespaces === undefined) return configOfFile(options);
  if (options.config !== undefined)
    throw new UsageError(`--config and ${flag} exclude each other: the file names the namespaces`);
  if (options.allNamespaces && options.namespace !== undefined)
    throw new UsageError("--namespace and --all-namespaces exclude each other");
  return configOfFlags(options, namespaces);
}

const FLAGS_ONLY = [
  "kubeconfig",
  "context",
  "kind",
  "selector",
  "fieldSelector",
  "pageSize",
  "slack",
  "webhook",
  "webhookSecret",
  "firstTick",
] as const;

async function configOfFile(options: RunOptions): Promise<Config> {
  const stray = FLAGS_ONLY.find((flag) => options[flag] !== undefined);
  if (stray !== undefined) {
    const flag = stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${flag} goes with --namespace: name the namespace to watch, or leave it to --config FILE`);
  }
  const config = await loadConfig(options.config ?? DEFAULTS.config);
  const { interval = config.intervalMs, state = config.statePath } = options;
  return { ...config, intervalMs: interval, statePath: state };
}

async function configOfFlags(options: RunOptions, namespaces: readonly string[]): Promise<Config> {
  const { kubeconfig, context, selector } = options;
  // Read here for its context's name: messages say which cluster they speak of.
  const access = await loadKubeconfig(kubeconfig, context === undefined ? {} : { context });
  const config = configFromFlags({
    ...options,
    cluster: access.name,
    kubeconfig: kubeconfig ?? "~/.kube/config",
    context: access.name,
    namespaces,
    kinds: options.kind ?? DEFAULTS.kinds,
    labelSelector: selector,
    intervalMs: options.interval ?? DEFAULTS.intervalMs,
    statePath: options.state ?? DEFAULTS.state,
  });
  // What kubectl takes may be several files: only whoever reads them knows which.
  return kubeconfig === undefined ? { ...config, clusters: config.clusters.map(asKubectlWould) } : config;
}

function asKubectlWould(cluster: ClusterConfig): ClusterConfig {
  return cluster.from === "kubeconfig" ? { ...cluster, path: "" } : cluster;
}

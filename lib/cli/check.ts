import { formatProblem, loadConfig, resolveConfig } from "#config/config";
import { isPattern } from "#jobs/namespaces";
import { accessOf, watchesOf } from "#wiring";
import { openReceiver } from "#wiring/receivers";
import { EXIT, failureOf } from "./failure.ts";
import { complain, print } from "./print.ts";
import { counted } from "./terminal-reporter.ts";

/** What `jobbell check` was given. */
export interface CheckOptions {
  readonly config: string;
  readonly verbose?: boolean;
}

/** `jobbell check`: everything that can be known without asking a cluster or a receiver. Returns the exit code. */
export async function check({ config: path, verbose = false }: CheckOptions): Promise<number> {
  try {
    const config = await loadConfig(path);
    for (const warning of config.warnings) complain(`warning: ${formatProblem(warning)}`);
    const resolved = await resolveConfig(config);
    await Promise.all(resolved.clusters.map(accessOf));
    await Promise.all(resolved.receivers.map((receiver) => openReceiver(receiver)));
    const { clusters, receivers, namespaces } = config;
    const parts = [
      counted(clusters.length, "cluster"),
      ...countedNamespaces(namespaces.map(({ namespace }) => namespace)),
      counted(watchesOf(config).length, "kind of job", "kinds of jobs"),
      counted(receivers.length, "receiver"),
    ];
    print(`${path} is good: ${parts.join(", ")}`);
    return EXIT.ok;
  } catch (error) {
    // Bad usage elsewhere is what this command is called to find out.
    failureOf(error, verbose).lines.forEach(complain);
    return EXIT.failed;
  }
}

function countedNamespaces(namespaces: readonly string[]): readonly string[] {
  const patterns = namespaces.filter(isPattern).length;
  const names = namespaces.length - patterns;
  return [
    ...(names > 0 ? [counted(names, "namespace")] : []),
    ...(patterns > 0 ? [counted(patterns, "pattern of namespaces", "patterns of namespaces")] : []),
  ];
}

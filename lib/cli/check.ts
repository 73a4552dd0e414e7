import { formatProblem, loadConfig, resolveConfig } from "#config/config";
import { accessOf, openReceiver, watchesOf } from "#wiring";
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
    resolved.receivers.forEach(openReceiver);
    const { clusters, receivers, namespaces } = config;
    const parts = [
      counted(clusters.length, "cluster"),
      counted(namespaces.length, "namespace"),
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

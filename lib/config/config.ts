import { checkDocument } from "./check.ts";
import type { Config, ResolvedConfig } from "./model.ts";
import { ConfigError } from "./problem.ts";
import { readText } from "./read-text.ts";
import { resolveConfigFrom } from "./resolve.ts";
import { openSources } from "./sources/sources.ts";
import { parseYaml } from "./yaml/parse.ts";

export type { AuthConfig, ClusterConfig, Config, ResolvedConfig } from "./model.ts";
export { ConfigError, formatProblem } from "./problem.ts";

/** Reads and checks a configuration file. References stay as they are: see {@link resolveConfig}. Throws {@link ConfigError} with every problem. */
export async function loadConfig(path: string): Promise<Config> {
  const content = await readText(path);
  if ("complaint" in content) throw new ConfigError([{ file: path, line: 1, column: 1, message: content.complaint }]);
  return parseConfig(content.text, path);
}

/** The same for a text; `file` is what problems call it and what relative paths start beside. */
export function parseConfig(text: string, file: string): Config {
  const { document, problems } = parseYaml(text, file);
  if (document.value === null) {
    throw new ConfigError([
      { file, line: 1, column: 1, message: "the file is empty: it needs clusters, receivers and namespaces" },
    ]);
  }
  return checkDocument(document, problems);
}

/** Replaces every reference by its value: see {@link resolveConfigFrom}. Looks in this process's environment, in files, and in AWS with the credentials of whoever runs it. */
export function resolveConfig(config: Config): Promise<ResolvedConfig> {
  return resolveConfigFrom(openSources({ directory: config.directory, env: process.env }), config);
}

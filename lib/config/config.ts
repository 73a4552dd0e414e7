import { checkDocument } from "./check.ts";
import type { Config } from "./model.ts";
import { ConfigError } from "./problem.ts";
import { readText } from "./read-text.ts";
import { parseYaml } from "./yaml/parse.ts";

export type { AuthConfig, ClusterConfig, Config, ReceiverConfig, ResolvedConfig } from "./model.ts";
export { ConfigError, formatProblem } from "./problem.ts";
export { resolveConfig } from "./resolve.ts";

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

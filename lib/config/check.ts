import { buildConfig } from "./build.ts";
import type { Document } from "./document.ts";
import { problemsOf } from "./issues.ts";
import { describeIssue } from "./messages.ts";
import type { Config } from "./model.ts";
import { ConfigError, inOrder, type Problem } from "./problem.ts";
import { adviceOf, checkRules } from "./rules/rules.ts";
import { ConfigFile } from "./schema.ts";
import { warningsOf } from "./warnings.ts";

/** The configuration that a document describes. Throws {@link ConfigError} with everything that is wrong, `problems` included. */
export function checkDocument(document: Document, problems: readonly Problem[] = []): Config {
  const parsed = ConfigFile.safeParse(document.value, { error: describeIssue });
  const issues = parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, document));
  const found = [...problems, ...issues, ...checkRules(document)];
  if (!parsed.success || found.length > 0) throw new ConfigError(found);
  const config = buildConfig(parsed.data, document);
  return { ...config, warnings: inOrder([...warningsOf(config), ...adviceOf(parsed.data, document)]) };
}

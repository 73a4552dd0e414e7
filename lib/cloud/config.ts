import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCompiledConfig } from "#config/compiled";
import type { Config } from "#config/model";

let read: Config | undefined;

/** The configuration that was packaged beside the function. */
export function packagedConfig(): Config {
  read ??= readCompiledConfig(
    readFileSync(join(process.env.LAMBDA_TASK_ROOT ?? import.meta.dirname, "config.json"), "utf8"),
  );
  return read;
}

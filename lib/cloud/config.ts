import { readFileSync } from "node:fs";
import { readCompiledConfig } from "#config/compiled";
import type { Config } from "#config/model";

let read: Config | undefined;

/** The configuration that was packaged beside the function. */
export function packagedConfig(): Config {
  read ??= readCompiledConfig(readFileSync(new URL("config.json", import.meta.url), "utf8"));
  return read;
}

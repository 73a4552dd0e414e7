import type { Sources } from "../references.ts";
import { environmentSource } from "./environment.ts";
import { fileSource } from "./file.ts";
import { once } from "./once.ts";
import { secretsManagerSource } from "./secrets-manager.ts";
import { ssmSource } from "./ssm.ts";

/** Where references look. Relative paths of files start from `directory`. */
export interface SourceOptions {
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The sources of one resolution: each name is asked for once, however often it is used, and AWS only where a reference names it. */
export function openSources({ directory, env }: SourceOptions): Sources {
  return {
    env: environmentSource(env),
    file: once(fileSource(directory)),
    ssm: once(ssmSource()),
    secretsmanager: secretsManagerSource(),
  };
}

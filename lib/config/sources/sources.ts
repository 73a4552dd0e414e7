import type { Sources } from "../references.ts";
import { environmentSource } from "./environment.ts";
import { fileSource } from "./file.ts";
import { once } from "./once.ts";
import { type GetSecret, secretsManagerSource } from "./secrets-manager.ts";
import { type GetParameter, ssmSource } from "./ssm.ts";

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
    ssm: once(ssmSource(openSsm)),
    secretsmanager: secretsManagerSource(openSecretsManager),
  };
}

// Loaded when they are first needed: each takes 180 ms, and most configurations need neither.
async function openSsm(): Promise<GetParameter> {
  return (await import("./ssm-client.ts")).openSsm();
}

async function openSecretsManager(): Promise<GetSecret> {
  return (await import("./secrets-manager-client.ts")).openSecretsManager();
}

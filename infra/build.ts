import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { cloudProblems, cloudSecrets, cloudTargets } from "#config/cloud";
import { compileConfig } from "#config/compiled";
import { ConfigError, loadConfig } from "#config/config";
import type { Config } from "#config/model";
import { bundle } from "./bundle.ts";
import { FUNCTIONS, type FunctionName } from "./functions.ts";
import { zip } from "./zip.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What a build has made of one function. */
export interface Artifact {
  readonly name: FunctionName;
  /** Bytes of the bundle, and of the whole zip. */
  readonly bundled: number;
  readonly zipped: number;
}

/** A configuration that functions can work with. Throws {@link ConfigError} with a line for each part that they cannot. */
async function loadCloudConfig(path: string): Promise<Config> {
  const config = await loadConfig(path);
  const problems = cloudProblems(config);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** Makes `poll.zip` and its like, `secrets.json` and `targets.json`, which name what the functions may read and publish to, in `folder`. The same sources and configuration make the same bytes. */
export async function buildArtifacts(path: string, folder: string): Promise<readonly Artifact[]> {
  const config = await loadCloudConfig(path);
  const compiled = Buffer.from(compileConfig(config, dirname(resolve(path))));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "secrets.json"), JSON.stringify(cloudSecrets(config), undefined, 2));
  writeFileSync(join(folder, "targets.json"), JSON.stringify(cloudTargets(config), undefined, 2));
  return Promise.all(
    FUNCTIONS.map(async (name) => {
      const { code, map } = await bundle(join(ROOT, "functions", `${name}.ts`));
      const zipped = zip({ "index.mjs": code, "index.mjs.map": map, "config.json": compiled });
      writeFileSync(join(folder, `${name}.zip`), zipped);
      return { name, bundled: code.length, zipped: zipped.length };
    }),
  );
}

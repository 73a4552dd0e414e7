import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { buildArtifacts } from "../../infra/build.ts";
import { FUNCTIONS, type FunctionName } from "../../infra/functions.ts";
import { packaged } from "../support/template.ts";
import { openTemplate, type Template } from "./template.ts";

/** What would be deployed. */
export interface Package {
  readonly template: Template;
  /** The folders with what is in each function's zip. */
  readonly folders: Readonly<Record<FunctionName, string>>;
}

/** Packages the functions with a configuration, as `npm run package` does, and unzips them in `folder`, as Lambda does. */
export async function pack(config: string, folder: string): Promise<Package> {
  const path = join(folder, "jobbell.yml");
  const build = join(folder, ".build");
  writeFileSync(path, config);
  await buildArtifacts(path, build);
  const [secrets, targets] = ["secrets.json", "targets.json"].map((name) =>
    JSON.parse(readFileSync(join(build, name), "utf8")),
  );
  const { template } = await packaged({ stage: "test", secrets, targets });
  const folders = FUNCTIONS.map((name) => [name, unzip(join(build, `${name}.zip`), join(folder, name))] as const);
  return { template: openTemplate(template), folders: Object.fromEntries(folders) as Package["folders"] };
}

function unzip(path: string, folder: string): string {
  mkdirSync(folder);
  for (const [name, content] of Object.entries(unzipSync(readFileSync(path))))
    writeFileSync(join(folder, name), content, { mode: 0o444 });
  return folder;
}

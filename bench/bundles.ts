import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { buildArtifacts } from "../infra/build.ts";
import { bundle } from "../infra/bundle.ts";
import { FUNCTIONS, type FunctionName } from "../infra/functions.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The functions as they are deployed, unpacked, each in a folder of its own; `baseline` beside them. */
export interface Bundles extends Disposable {
  readonly bytes: Readonly<Record<FunctionName | "baseline", number>>;
  /** The file to import. */
  path(name: FunctionName | "baseline"): string;
}

/** Builds and unpacks what `npm run package` packages. */
export async function openBundles(config = join(ROOT, "infra", "example.yml")): Promise<Bundles> {
  const folder = mkdtempSync(join(tmpdir(), "jobbell-bench-"));
  const artifacts = await buildArtifacts(config, join(folder, "zips"));
  for (const name of FUNCTIONS) unpack(join(folder, "zips", `${name}.zip`), join(folder, name));
  const baseline = await buildBaseline(join(folder, "baseline"));
  const sizes = Object.fromEntries(artifacts.map(({ name, bundled }) => [name, bundled]));
  return {
    bytes: { ...(sizes as Record<FunctionName, number>), baseline },
    path: (name) => join(folder, name, "index.mjs"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function unpack(zip: string, folder: string): void {
  mkdirSync(folder);
  for (const [name, content] of Object.entries(unzipSync(readFileSync(zip))))
    writeFileSync(join(folder, name), content);
}

/** As functions are bundled, but with the SDK's own chain of credentials: what one gets who does nothing about it. */
async function buildBaseline(folder: string): Promise<number> {
  const { code } = await bundle(join(ROOT, "bench", "baseline", "dynamodb-client.ts"), {});
  mkdirSync(folder);
  writeFileSync(join(folder, "index.mjs"), code);
  return code.length;
}

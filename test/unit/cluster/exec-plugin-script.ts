import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecPlugin } from "#cluster/auth/exec-plugin";

/** A new folder, gone at the end of its block. */
export async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "jobbell-cluster-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A credential plugin: a script that node runs. `body` is its JavaScript; `answer(status)` prints an ExecCredential. */
export async function pluginScript(body: string, plugin: Partial<ExecPlugin> = {}) {
  const folder = await temporaryFolder();
  const script = join(folder.path, "plugin.mjs");
  const runs = join(folder.path, "runs");
  const apiVersion = plugin.apiVersion ?? "client.authentication.k8s.io/v1";
  const prelude = `import fs from "node:fs";
fs.appendFileSync(${JSON.stringify(runs)}, "x");
const nth = fs.readFileSync(${JSON.stringify(runs)}, "utf8").length;
const answer = (status, apiVersion = ${JSON.stringify(apiVersion)}) =>
  console.log(JSON.stringify({ kind: "ExecCredential", apiVersion, status }));
`;
  await writeFile(script, prelude + body);
  const complete: ExecPlugin = {
    apiVersion,
    command: process.execPath,
    args: [script],
    env: {},
    ...plugin,
  };
  const count = async () => (await readFile(runs, "utf8").catch(() => "")).length;
  return { plugin: complete, folder: folder.path, count, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

/** A file that may be run. */
export async function executable(path: string, text: string): Promise<string> {
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

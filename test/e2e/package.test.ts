import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { folder } from "../support/command.ts";

const PROJECT = new URL("../..", import.meta.url).pathname;
const execute = promisify(execFile);
const MEGABYTE = 1024 * 1024;

const NEEDS_AWS = `clusters:
  - name: prod
    server: https://kubernetes.example.com
    auth:
      # The clients of AWS are the user's to add.
      token: "\${ssm:/jobbell/token}"
receivers: [{ name: hook, webhook: { url: "https://hooks.example.com/jobs" } }]
namespaces: [{ namespace: ml, kinds: [Job], routes: [{ receivers: [hook] }] }]
`;

/** Bytes of all files below a folder. */
function sizeOf(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

describe("the package", () => {
  it("installs into an empty folder as less than 30 MB and runs the demo", { timeout: 120_000 }, async () => {
    using home = folder();
    const { stdout } = await execute("npm", ["pack", "--json", "--pack-destination", home.path], { cwd: PROJECT });
    const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as [
      { filename: string; files: { path: string }[] },
    ];
    const kinds = new Set(files.map(({ path }) => path.split("/")[0]));
    expect([...kinds].sort()).toEqual([
      "ARCHITECTURE.md",
      "CHANGELOG.md",
      "CONTRIBUTING.md",
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "dist",
      "docs",
      "package.json",
      "schema",
    ]);
    expect(files.filter(({ path }) => path.endsWith(".ts"))).toEqual([]);

    home.write("package.json", "{}");
    await execute("npm", ["install", "--omit=dev", "--prefer-offline", "--no-audit", "--no-fund", `./${filename}`], {
      cwd: home.path,
    });
    expect(sizeOf(join(home.path, "node_modules")) / MEGABYTE).toBeLessThan(30);
    // The node of this process: npm's own `node` package is not installed there.
    const command = join(home.path, "node_modules/jobbell/dist/cli/main.js");
    const demo = await execute(process.execPath, [command, "demo", "--for", "5s"], { cwd: home.path });
    expect(demo.stdout).toMatch(/▌🚀 Running: /);
    expect(demo.stdout).toMatch(/\d+ messages: /);
    expect(demo.stderr).toBe("");

    home.write("jobbell.yml", NEEDS_AWS);
    const check = await execute(process.execPath, [command, "check"], { cwd: home.path }).catch((error) => error);
    expect(check.stderr).toMatch(/^jobbell\.yml:6:14: .*npm install @aws-sdk\/client-ssm\n$/);
  });
});

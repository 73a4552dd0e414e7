import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError, loadConfig, resolveConfig } from "#config/config";
import { resolveConfigFrom } from "#config/resolve";
import { openSources } from "#config/sources/sources";

const TEXT = `clusters: [{ name: c, server: https://x, auth: { token: "\${file:secrets/token}" } }]
receivers: [{ name: r, slack: { webhookUrl: "https://\${env:SLACK_HOST}/x" } }]
namespaces: [{ namespace: ml, kinds: [Job], routes: [{ receivers: [r] }] }]
`;

let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jobbell-config-"));
  await mkdir(file("secrets"));
  await writeFile(file("jobbell.yml"), TEXT);
});
afterAll(() => rm(folder, { recursive: true }));

/** What is said of a file, without its folder. */
async function linesOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  const error = await work().catch((reason: unknown) => reason);
  if (!(error instanceof ConfigError)) throw error;
  return error.format().replaceAll(`${folder}/`, "").split("\n");
}

describe("a configuration file", () => {
  it("is read from anywhere, its paths start from its own folder", async () => {
    const config = await loadConfig(file("jobbell.yml"));
    expect(config).toMatchObject({ statePath: file("jobbell.db"), directory: folder, intervalMs: 30_000 });
  });

  it("may begin with a byte order mark", async () => {
    await writeFile(file("bom.yml"), `\uFEFF${TEXT}`);
    expect((await loadConfig(file("bom.yml"))).clusters).toHaveLength(1);
  });

  it.each<[string, string, (path: string) => Promise<unknown>]>([
    ["is missing", "there is no such file", async () => {}],
    ["is below a file", "there is no such file", async () => {}],
    ["is a directory", "this is a directory, not a file", (path) => mkdir(path)],
    ["is empty", "the file is empty: it needs clusters, receivers and namespaces", (path) => writeFile(path, "")],
    ["is Latin-1", "the file is not UTF-8 text", (path) => writeFile(path, Buffer.from("name: M\xfcller", "latin1"))],
    ["is UTF-16", "the file is not UTF-8 text", (path) => writeFile(path, Buffer.from(`\uFEFF${TEXT}`, "utf16le"))],
    ["has 50 MB", "the file is larger than 1 MB", (path) => writeFile(path, Buffer.alloc(50_000_000, "a: b\n"))],
  ])("that %s is one line", async (state, message, make) => {
    const name = state === "is below a file" ? "jobbell.yml/below" : `${state}.yml`;
    await make(file(name));
    expect(await linesOf(() => loadConfig(file(name)))).toEqual([`${name}:1:1: ${message}`]);
  });

  it("that has no end is refused after its first megabyte", async () => {
    expect(await linesOf(() => loadConfig("/dev/zero"))).toEqual(["/dev/zero:1:1: the file is larger than 1 MB"]);
  });

  it("that has no possible name is one line", async () => {
    const lines = await linesOf(() => loadConfig("a\0b"));
    expect(lines.join("\n")).toMatch(/:1:1: this is not the name of a file$/);
  });

  it("whose name is too long is one line with the code of the system", async () => {
    const lines = await linesOf(() => loadConfig("x".repeat(300)));
    expect(lines.join("\n")).toMatch(/:1:1: the file cannot be read \(ENAMETOOLONG\)$/);
  });
});

describe("references to files and the environment", () => {
  const resolved = async (env: Readonly<Record<string, string>>) =>
    resolveConfigFrom(openSources({ directory: folder, env }), await loadConfig(file("jobbell.yml")));
  const ENV = { SLACK_HOST: "hooks.slack.com" };

  it.each(["t0ken", "t0ken\n", "t0ken\r\n", "t0ken\n\n"])("take the content of %j without its end", async (content) => {
    await writeFile(file("secrets/token"), content);
    expect(await resolved(ENV)).toMatchObject({
      clusters: [{ auth: { type: "token", token: "t0ken" } }],
      receivers: [{ webhookUrl: "https://hooks.slack.com/x" }],
    });
  });

  it("say what is missing or empty, and where it was asked for", async () => {
    await rm(file("secrets/token"));
    expect(await linesOf(() => resolved({}))).toEqual([
      "jobbell.yml:1:57: token: ${file:secrets/token}: there is no such file",
      "jobbell.yml:2:45: webhookUrl: ${env:SLACK_HOST}: this environment variable is not set",
    ]);
    await writeFile(file("secrets/token"), "\n");
    expect(await linesOf(() => resolved({ SLACK_HOST: "" }))).toEqual([
      "jobbell.yml:1:57: token: ${file:secrets/token}: the file is empty",
      "jobbell.yml:2:45: webhookUrl: ${env:SLACK_HOST}: this environment variable is empty",
    ]);
  });

  it("read a file once, however often it is used", async () => {
    await writeFile(file("secrets/token"), "first");
    const sources = openSources({ directory: folder, env: {} });
    const before = await sources.file("secrets/token");
    await writeFile(file("secrets/token"), "second");
    expect(await sources.file("secrets/token")).toBe(before);
    expect(await openSources({ directory: folder, env: {} }).file("secrets/token")).toEqual({ value: "second" });
  });

  it("take the environment of the process where no sources are given", async () => {
    await writeFile(file("secrets/token"), "t0ken");
    const config = await loadConfig(file("jobbell.yml"));
    process.env.SLACK_HOST = "hooks.example.com";
    const { receivers } = await resolveConfig(config).finally(() => delete process.env.SLACK_HOST);
    expect(receivers).toMatchObject([{ webhookUrl: "https://hooks.example.com/x" }]);
  });
});

it("prints the JSON Schema that is in the repository", async () => {
  const args = ["--conditions=jobbell-source", "lib/config/print-schema.ts"];
  const { stdout, stderr } = await promisify(execFile)("node", args);
  expect(stderr).toBe("");
  expect(stdout).toBe(await readFile("schema/jobbell.schema.json", "utf8"));
});

import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "#config/config";
import { type Artifact, buildArtifacts } from "../../infra/build.ts";

const CONFIG = `
clusters: [{ name: prod, server: "\${ssm:/prod/server}", auth: { token: "\${secretsmanager:prod#token}" } }]
receivers:
  - { name: chat, slack: { webhookUrl: "\${ssm:/slack}" } }
  - { name: topic, sns: { topicArn: "arn:aws:sns:eu-central-1:123456789012:jobs" } }
  - { name: bus, eventbridge: { bus: jobs } }
namespaces: [{ namespace: ml, kinds: [TFJob], routes: [{ receivers: [chat] }] }]
`;
const NAMES = ["schedule", "poll", "deliver", "retry"];

let here: string;
let there: string;
let artifacts: readonly Artifact[];

beforeAll(async () => {
  [here, there] = await Promise.all([
    mkdtemp(join(tmpdir(), "jobbell-here-")),
    mkdtemp(join(tmpdir(), "jobbell-there-")),
  ]);
  for (const folder of [here, there]) await writeFile(join(folder, "jobbell.yml"), CONFIG);
  artifacts = await buildArtifacts(join(here, "jobbell.yml"), join(here, "out"));
});
afterAll(() => Promise.all([here, there].map((folder) => rm(folder, { recursive: true }))));

const filesOf = async (name: string) => unzipSync(await readFile(join(here, "out", `${name}.zip`)));

describe.each(NAMES)("the package of %s", (name) => {
  test("holds the bundle, its map and the configuration, and nothing else", async () => {
    const files = await filesOf(name);
    expect(Object.keys(files)).toEqual(["config.json", "index.mjs", "index.mjs.map"]);
    expect(Buffer.from(files["index.mjs"]!).toString()).toMatch(/\n\/\/# sourceMappingURL=index\.mjs\.map\n$/);
  });

  test("names no path of this machine", async () => {
    const texts = Object.values(await filesOf(name)).map((file) => Buffer.from(file).toString());
    expect(texts.filter((text) => text.includes(here) || text.includes(process.cwd()))).toEqual([]);
  });

  test("is smaller than was promised", () => {
    const { bundled = Number.POSITIVE_INFINITY } = artifacts.find((artifact) => artifact.name === name) ?? {};
    expect(bundled).toBeLessThan(["deliver", "retry"].includes(name) ? 600_000 : 450_000);
  });

  // What is only for one machine weighs nothing there, and neither does what the SDK tries elsewhere.
  test("has no YAML parser, no SQLite and no chain of credentials", async () => {
    const map = JSON.parse(Buffer.from((await filesOf(name))["index.mjs.map"]!).toString());
    const strays = (map.sources as string[]).filter((source) =>
      /node_modules\/yaml|store\/sqlite|cli\/|credential-provider-(?!env)|client-(ssm|secrets-manager)/.test(source),
    );
    expect(strays).toEqual([]);
  });
});

test("two builds are the same bytes, wherever, whenever and in whatever time zone they are made", async () => {
  const script = `
    import { buildArtifacts } from "./infra/build.ts";
    await buildArtifacts(process.argv[1], process.argv[2]);`;
  const args = ["--conditions=jobbell-source", "--input-type=module-typescript", "-e", script];
  const { status, stderr } = spawnSync(process.execPath, [...args, join(there, "jobbell.yml"), join(there, "out")], {
    env: { ...process.env, TZ: "Pacific/Auckland" },
    encoding: "utf8",
  });
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  const names = await readdir(join(here, "out"));
  expect(names.sort()).toEqual([
    "deliver.zip",
    "poll.zip",
    "retry.zip",
    "schedule.zip",
    "secrets.json",
    "targets.json",
  ]);
  for (const name of names) {
    const [one, two] = await Promise.all([here, there].map((folder) => readFile(join(folder, "out", name))));
    expect(one!.equals(two!), name).toBe(true);
  }
});

test("says what which functions may read", async () => {
  expect(JSON.parse(await readFile(join(here, "out", "secrets.json"), "utf8"))).toEqual({
    clusters: { ssm: ["/prod/server"], secretsManager: ["prod"] },
    receivers: { ssm: ["/slack"], secretsManager: [] },
  });
});

test("says what functions publish to", async () => {
  expect(JSON.parse(await readFile(join(here, "out", "targets.json"), "utf8"))).toEqual({
    topics: ["arn:aws:sns:eu-central-1:123456789012:jobs"],
    buses: [{ bus: "jobs" }],
  });
});

test("a configuration that functions cannot use makes no package, and nothing of the last one is lost", async () => {
  const wrong = join(here, "wrong.yml");
  await writeFile(wrong, CONFIG.replace("${ssm:/slack}", "${env:SLACK}"));
  await expect(buildArtifacts(wrong, join(here, "out"))).rejects.toThrow(ConfigError);
  expect(await readdir(join(here, "out"))).toHaveLength(6);
});

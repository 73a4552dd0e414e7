import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cruise } from "./cruise.ts";
import { PLANTS, plantAll } from "./planted.ts";

describe("in a project with planted violations", () => {
  let folder: string;
  let found: ReturnType<typeof cruise>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "jobbell-laws-"));
    await plantAll(folder);
    found = cruise(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("the laws report each of them, by its name, and nothing else", () => {
    const reported = found.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
    const planted = PLANTS.flatMap(([laws, from, , to]) => lawsOf(laws).map((law) => `${law}: ${from} -> ${to}`));
    expect(reported.sort()).toEqual(planted.sort());
  });

  test("every law has a plant, and says what to do instead", () => {
    const { forbidden } = found.summary.ruleSetUsed;
    const planted = new Set(PLANTS.flatMap(([laws]) => lawsOf(laws)));
    expect(forbidden.map(({ name }) => name).sort()).toEqual([...planted].sort());
    expect(forbidden.filter(({ comment }) => comment.length < 40)).toEqual([]);
  });
});

describe("in this project", () => {
  const { modules, summary } = cruise(".");
  const ours = modules.filter(({ source }) => /^(lib|functions|infra)\//.test(source));

  test("no law is broken", () => {
    expect(summary.violations).toEqual([]);
  });

  test("the laws see every import, those of types too", async () => {
    for (const { source, dependencies } of ours) {
      const seen = new Set(dependencies.map(({ module }) => module.replace(/^node:/, "")));
      const missed = importsOf(await readFile(source, "utf8")).filter((name) => !seen.has(name));
      expect(missed, source).toEqual([]);
    }
    expect(ours.length).toBeGreaterThan(150);
  });
});

function lawsOf(names: string): readonly string[] {
  return names.split(" ").filter((name) => name !== "");
}

/** What the import and export statements of a source name, without `node:`, which the tool leaves out. */
function importsOf(source: string): readonly string[] {
  const statements = source.matchAll(/^(?:import|export|\}).*? from "([^"]+)";$|^import "([^"]+)";$/gm);
  return [...statements].map(([, from, bare]) => (from ?? bare ?? "").replace(/^node:/, ""));
}

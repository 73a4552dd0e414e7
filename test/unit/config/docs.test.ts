import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatProblem, parseConfig } from "#config/config";
import { EVENT_TYPES } from "#jobs/event";
import { KINDS } from "#jobs/kinds/registry";
import { linesOf } from "./lines.ts";

const PAGE = readFileSync("docs/configuration.md", "utf8");
const BLOCKS = [...PAGE.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, block = ""]) => block);

describe("docs/configuration.md", () => {
  it("has examples", () => {
    expect(BLOCKS.length).toBeGreaterThan(2);
  });

  it.each(BLOCKS)("shows a configuration that is right (example %#)", (block) => {
    expect(linesOf(block)).toEqual([]);
    expect(parseConfig(block, "jobbell.yml").warnings.map(formatProblem)).toEqual([]);
  });

  it("begins its complete example with the schema for editors", () => {
    expect(BLOCKS[0]).toMatch(/^# yaml-language-server: \$schema=\S+\/jobbell\.schema\.json\n/);
  });

  it("names every kind of job and every event", () => {
    const names = [...KINDS.map(({ resource }) => resource.kind), ...EVENT_TYPES];
    expect(names.filter((name) => !PAGE.includes(`\`${name}\``))).toEqual([]);
  });
});

const ROUTING = [...readFileSync("docs/routing.md", "utf8").matchAll(/^```yaml\n(clusters:\n.*?)^```/gms)];

describe("docs/routing.md", () => {
  it.each(ROUTING.map(([, block = ""]) => block))("shows a configuration that is right (example %#)", (block) => {
    expect(linesOf(block)).toEqual([]);
    expect(parseConfig(block, "jobbell.yml").warnings.map(formatProblem)).toEqual([]);
  });
});

const WAYS = [...readFileSync("docs/clusters.md", "utf8").matchAll(/^```yaml\n(clusters:\n.*?)^```/gms)];

describe("docs/clusters.md", () => {
  it("shows every way to reach a cluster", () => {
    expect(WAYS.length).toBe(14);
  });

  it.each(WAYS.map(([, block = ""]) => block))("shows a cluster that is right (example %#)", (block) => {
    const rest = `receivers: [{ name: chat, slack: { webhookUrl: "\${env:S}" } }]
namespaces: [{ namespace: ml, kinds: [Job], routes: [{ receivers: [chat] }] }]`;
    expect(linesOf(block + rest)).toEqual([]);
    expect(parseConfig(block + rest, "jobbell.yml").warnings.map(formatProblem)).toEqual([]);
  });
});

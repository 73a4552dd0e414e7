import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { program } from "#cli/program";
import { changeable } from "#cluster/change";
import { parseConfig } from "#config/config";
import { BACKOFF_MS } from "#delivery/backoff";
import { EVENT_TYPES } from "#jobs/event";
import { batchJob } from "#jobs/kinds/batch-job";
import { tfJob } from "#jobs/kinds/kubeflow";
import { KINDS } from "#jobs/kinds/registry";

const PAGES = globSync(["*.md", "docs/**/*.md"]).sort();
const SCRIPTS = Object.keys(JSON.parse(readFileSync("package.json", "utf8")).scripts);
const read = (page: string) => readFileSync(page, "utf8");
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = ""]) => found);

/** The anchors that a page has: its headings as GitHub writes them. */
function anchorsOf(page: string): readonly string[] {
  const headings = all(read(page), /^#+ (.*)$/gm);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  return existsSync(target) && (anchor === undefined || anchorsOf(target).includes(anchor));
}

describe.each(PAGES)("%s", (page) => {
  test("has links that lead somewhere", () => {
    const links = all(read(page), /\]\(([^)\s]+)\)/g).filter((link) => !/^https?:/.test(link));
    expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  test("names files that exist", () => {
    const paths = all(read(page), /`((?:\.ci|bench|docs|functions|infra|lib|schema|test)\/[\w./-]*)`/g);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  test("names scripts that exist", () => {
    const scripts = all(read(page), /\bnpm run (?:--silent )?([a-z][a-z:-]*)/g);
    expect(scripts.filter((script) => !SCRIPTS.includes(script))).toEqual([]);
  });
});

test("README.md shows a configuration that is right", () => {
  const [example = ""] = all(read("README.md"), /^```yaml\n(clusters:.*?)^```/gms);
  const { namespaces, warnings } = parseConfig(example, "jobbell.yml");
  expect({ namespaces: namespaces.length, warnings }).toEqual({ namespaces: 1, warnings: [] });
});

test("docs/kinds.md names every kind with its plural, and every event", () => {
  const names = KINDS.map(({ resource }) => `| \`${resource.kind}\` | \`${apiOf(resource)}\` ${resource.plural} |`);
  const events = EVENT_TYPES.map((event) => `| \`${event}\` |`);
  expect([...names, ...events].filter((name) => !read("docs/kinds.md").includes(name))).toEqual([]);
});

function apiOf({ group, version }: { group: string; version: string }): string {
  return `${group}/${version}`;
}

test("docs/delivery.md has the waits of the backoff", () => {
  const waits = all(read("docs/delivery.md"), /^\| \d+(?:st|nd|rd|th) \| (.*) \|$/gm);
  expect(waits).toEqual([...BACKOFF_MS.map(inWords), "dead"]);
});

function inWords(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
}

describe("docs/cli.md", () => {
  const page = read("docs/cli.md");

  const commands = program(() => {}).commands.flatMap((command) => [command, ...command.commands]);
  test.each(commands.map((command) => [command.name(), command] as const))(
    "shows what jobbell %s --help prints",
    (_, command) => {
      expect(page).toContain(command.helpInformation().trimEnd());
    },
  );

  test("has an example of each JSON line", () => {
    const lines = all(page, /^(\{"type":.*\})$/gm).map((line) => JSON.parse(line));
    expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(["event", "delivery", "tick"]));
  });
});

test("docs/errors.md has every code of an error", () => {
  const codes = all(read("lib/cluster/cluster.ts"), /^ {2}\| "([a-z-]+)"/gm);
  expect(all(read("docs/errors.md"), /^\| `([a-z-]+)` \|/gm)).toEqual(codes);
});

test("docs/kinds.md has where each field stands that may be patched", () => {
  const rows = read("docs/kinds.md").matchAll(/^\| `--[a-z-]+` \|(.*)\|$/gm);
  const table = [...rows].map(([, cells = ""]) => cells.split("|").map((cell) => cell.trim().replaceAll("`", "")));
  const fields = [
    "labels",
    "annotations",
    "activeDeadlineSeconds",
    "ttlSecondsAfterFinished",
    "cleanPodPolicy",
    "parallelism",
    "completions",
  ] as const;
  const places = [
    changeable("kubernetes", tfJob.resource),
    changeable("kubernetes", batchJob.resource),
    changeable("cci", tfJob.resource),
    changeable("cci", batchJob.resource),
  ];
  expect(table).toEqual(fields.map((field) => places.map((place) => place[field]?.join(".") ?? "")));
});

test("there is a page for each decision, and the list names all of them", () => {
  const pages = globSync("docs/decisions/0*.md");
  expect(pages.filter((page) => !read("docs/decisions/README.md").includes(page.replace(/.*\//, "")))).toEqual([]);
});

test("docs/operations.md has what each alarm refers to", () => {
  const anchors = all(read("infra/alarms.yml"), /docs\/operations\.md#([a-z-]+)/g);
  expect(anchors.length).toBeGreaterThan(10);
  expect(anchors.filter((anchor) => !anchorsOf("docs/operations.md").includes(anchor))).toEqual([]);
});

test("docs/operations.md has every metric that the functions write", () => {
  const sources = globSync("lib/cloud/*.ts").map(read).join("\n");
  const metrics = new Set(all(sources, /addMetric\("(\w+)"/g));
  expect(metrics.size).toBeGreaterThan(10);
  expect([...metrics].filter((metric) => !read("docs/operations.md").includes(`\`${metric}\``))).toEqual([]);
});

test("docs/deploy.md has every parameter of the template with its default", () => {
  const { params } = parse(read("serverless.yml"));
  const rows = all(read("docs/deploy.md"), /^\| (`.*) \|$/gm).map((row) => row.split(" | "));
  const documented = rows.flatMap(([names = "", defaults = ""]) => {
    const values = defaults.split(", ").map((value) => value.replaceAll("`", "").replace(/^none$/, ""));
    return all(names, /`(\w+)`/g).map((name, index) => [name, values[index] ?? values[0]]);
  });
  const actual = Object.entries(params.default).map(([name, value]) => [name, String(value)]);
  expect(documented.sort()).toEqual(actual.sort());
});

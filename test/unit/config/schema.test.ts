import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { jsonSchema } from "#config/json-schema";

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
}

/** Every key of a schema with its path, lists as `[]`. */
function keysOf(schema: Schema, path: string): readonly (readonly [string, Schema])[] {
  const keys = Object.entries(schema.properties ?? {});
  const inner = keys.flatMap(([key, value]) => [[`${path}${key}`, value] as const, ...keysOf(value, `${path}${key}.`)]);
  return schema.items === undefined ? inner : [...inner, ...keysOf(schema.items, path.replace(/\.$/, "[]."))];
}

const RECEIVERS = ["slack", "teams", "discord", "pagerduty", "webhook", "sns", "eventbridge"];
const schema: Schema = JSON.parse(jsonSchema());
const KEYS = keysOf(schema, "");

describe("the JSON Schema", () => {
  it("in the repository is the one that the code makes: `npm run schema` writes it", () => {
    expect(readFileSync("schema/jobbell.schema.json", "utf8")).toBe(jsonSchema());
  });

  it("describes every key", () => {
    expect(KEYS.length).toBeGreaterThan(30);
    expect(KEYS.filter(([, { description }]) => !description).map(([path]) => path)).toEqual([]);
  });

  it("knows no other keys, but labels", () => {
    const open = KEYS.filter(
      ([, { properties, additionalProperties }]) => properties && additionalProperties !== false,
    );
    expect(schema.additionalProperties).toBe(false);
    expect(open.map(([path]) => path)).toEqual([]);
  });

  it("lets an editor ask for one way to reach a cluster, to prove who asks, and to tell a receiver", () => {
    const required = (path: string) => KEYS.find(([key]) => key === path)?.[1].items?.oneOf?.map((way) => way.required);
    expect(required("clusters")).toEqual([
      ["server", "auth"],
      ["region", "provider", "auth"],
      ["kubeconfig"],
      ["inCluster"],
    ]);
    expect(required("receivers")).toEqual(RECEIVERS.map((key) => [key]));
  });
});

describe("docs/configuration.md", () => {
  it("has a line for every key", () => {
    const page = readFileSync("docs/configuration.md", "utf8");
    const documented = new Set([...page.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, key = ""]) => key.split(".").at(-1)));
    const keys = KEYS.map(([path]) => path.split(".").at(-1) ?? "").filter(
      (key) => !RECEIVERS.includes(key) && key !== "match",
    );
    expect(keys.filter((key) => !documented.has(key))).toEqual([]);
  });
});

import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Projection } from "#cluster/projection";
import type { Kind } from "#jobs/kinds/reader";
import { KINDS } from "#jobs/kinds/registry";

const root = new URL("../../fixtures/", import.meta.url);

/** Every object that stands in a file of fixtures, whatever it is in. */
function objectsIn(value: unknown): readonly { readonly kind?: unknown }[] {
  if (typeof value !== "object" || value === null) return [];
  const here: readonly { readonly kind?: unknown }[] =
    "metadata" in value && !("items" in value) ? [value as { kind?: unknown }] : [];
  return [...here, ...Object.values(value).flatMap(objectsIn)];
}

const documents = globSync("{kinds,kubernetes-1.36}/**/*.{json,jsonl}", { cwd: root.pathname }).flatMap((file) => {
  const text = readFileSync(new URL(file, root), "utf8");
  return file.endsWith("l") ? text.trim().split("\n") : [text];
});
const objects = documents.flatMap((text) => objectsIn(JSON.parse(text)));

function read({ read: readJob }: Kind, object: unknown): unknown {
  try {
    return readJob(object);
  } catch (error) {
    return String(error);
  }
}

function withFields({ fields }: Kind, object: unknown): unknown {
  const projection = new Projection(fields);
  projection.push(Buffer.from(JSON.stringify(object)));
  return JSON.parse(projection.text());
}

test.each(KINDS.map((kind) => [kind.resource.kind, kind] as const))(
  "a %s is read from its fields as from all of it, also one that cannot be read",
  (name, kind) => {
    const own = objects.filter((each) => each.kind === name);
    expect(own.length).toBeGreaterThan(2);
    for (const object of objects) expect(read(kind, withFields(kind, object))).toEqual(read(kind, object));
  },
);

import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Projection } from "#cluster/projection";
import type { Kind } from "#jobs/kinds/reader";
import { KINDS } from "#jobs/kinds/registry";
import { readWatched } from "#polling/read-object";
import { queryOf, type Watch } from "#polling/watch";

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

/** A watch of everything, and of those annotations. */
function watchOf(kind: Kind, annotations: readonly string[]): Watch {
  return { cluster: "c", namespace: "*", kind, pageSize: 500, firstTick: "silent", routes: [], annotations };
}

function withFields(watch: Watch, object: unknown): unknown {
  const projection = new Projection(queryOf(watch).fields ?? true);
  projection.push(Buffer.from(JSON.stringify(object)));
  return JSON.parse(projection.text());
}

const kinds = KINDS.map((kind) => [kind.resource.kind, kind] as const);

test.each(kinds)("a %s is read from its fields as from all of it, also one that cannot be read", (name, kind) => {
  const own = objects.filter((each) => each.kind === name);
  expect(own.length).toBeGreaterThan(2);
  for (const watch of [watchOf(kind, []), watchOf(kind, ["example.com/notify", "__proto__"])])
    for (const object of objects)
      expect(readWatched(watch, withFields(watch, object))).toEqual(readWatched(watch, object));
});

test.each(kinds)("of a %s no annotations are read but those that the watch asks for", (_name, kind) => {
  const asked = new Set(["example.com/notify"]);
  const seen = objects.flatMap((object) => readWatched(watchOf(kind, [...asked]), object) ?? []);
  const keys = seen.flatMap((each) => (each.type === "job" ? Object.keys(each.snapshot.annotations) : []));
  expect(new Set(keys)).toEqual(asked);
});

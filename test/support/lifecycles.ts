import { readdirSync, readFileSync } from "node:fs";
import type { Snapshot } from "#jobs/job";
import { KINDS } from "#jobs/kinds/registry";

const folder = new URL("../fixtures/kubernetes-1.36/lifecycles/", import.meta.url);

/** The recorded lifecycles, each with every version of one job in the order in which the API server wrote them. */
export const LIFECYCLES: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith(".jsonl"))
  .map((file) => file.replace(".jsonl", ""));

export function versionsOf(lifecycle: string): readonly Snapshot[] {
  const lines = readFileSync(new URL(`${lifecycle}.jsonl`, folder), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => readAny(JSON.parse(line).object));
}

/** Reads an object by the kind that it names. */
function readAny(object: { kind: string }): Snapshot {
  const kind = KINDS.find(({ resource }) => resource.kind === object.kind);
  if (!kind) throw new Error(`no such kind: ${object.kind}`);
  return kind.read(object);
}

import * as z from "zod";
import type { Path } from "./document.ts";
import { ConfigFile } from "./schema.ts";

/** The keys that the schema knows at a path; none where it has no map. */
export function knownKeys(path: Path): readonly string[] {
  let schema: z.core.JSONSchema.BaseSchema = z.toJSONSchema(ConfigFile, { io: "input" });
  for (const step of path) {
    const inner = typeof step === "number" ? schema.items : schema.properties?.[String(step)];
    schema = typeof inner === "object" && !Array.isArray(inner) ? inner : {};
  }
  return Object.keys(schema.properties ?? {});
}

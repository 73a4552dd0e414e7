import * as z from "zod";
import { ConfigFile } from "./schema.ts";

/** The JSON Schema of jobbell.yml, for editors. Draft 7, which every YAML language server knows. */
export function jsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(ConfigFile, { target: "draft-7", io: "input" }), null, 2)}\n`;
}

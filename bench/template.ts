import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";

const Template = z.object({ params: z.object({ default: z.record(z.string(), z.unknown()) }) });

/** A number that serverless.yml has as the default of a parameter. Throws where it has none. */
export function parameter(name: string): number {
  const text = readFileSync(new URL("../serverless.yml", import.meta.url), "utf8");
  return z.number().parse(Template.parse(parse(text)).params.default[name]);
}

import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import * as z from "zod";

const Cruise = z.object({
  modules: z.array(z.object({ source: z.string(), dependencies: z.array(z.object({ module: z.string() })) })),
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
    ruleSetUsed: z.object({ forbidden: z.array(z.object({ name: z.string(), comment: z.string() })) }),
  }),
});

/** What `npm run laws` finds in a project. */
export function cruise(project: string): z.infer<typeof Cruise> {
  const tool = resolve("node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const args = [
    tool,
    "--config",
    resolve(".dependency-cruiser.mjs"),
    "--output-type",
    "json",
    "lib",
    "functions",
    "infra",
  ];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: "utf8", maxBuffer: 2 ** 26 });
  if (stdout === "") throw new Error(stderr);
  return Cruise.parse(JSON.parse(stdout));
}

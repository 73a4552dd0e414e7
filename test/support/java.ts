import { spawnSync } from "node:child_process";

/** Whether there is a Java that runs DynamoDB Local. */
function hasJava17(): boolean {
  const { stderr } = spawnSync("java", ["-version"], { encoding: "utf8" });
  const major = /version "(\d+)/.exec(stderr ?? "")?.[1];
  return Number(major ?? 0) >= 17;
}

/** Test files to leave out, for vitest's `exclude`: where they are, one line says so. With `CI=true` nothing is left out. */
export function leftOutWithoutJava(): string[] {
  if (process.env.CI === "true" || hasJava17()) return [];
  process.stderr.write("The DynamoDB tests are left out: they need Java 17 or newer (java -version).\n");
  return ["test/**/*.dynamodb.test.ts"];
}

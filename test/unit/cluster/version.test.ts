import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { VERSION } from "#cluster/version";

test("the version in User-Agent is the package's", async () => {
  const { version } = JSON.parse(await readFile("package.json", "utf8"));
  expect(VERSION).toBe(version);
});

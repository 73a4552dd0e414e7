import { writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { FUNCTIONS } from "../../infra/functions.ts";
import { afterwards } from "./afterwards.scenes.ts";
import { failureScenes } from "./failure.scenes.ts";
import { type Installation, startInstallation } from "./installation.ts";
import { lifeScenes } from "./life.scenes.ts";

describe("the packaged functions", () => {
  let installation: Installation;
  const here = () => installation;
  const rowsSeen = new Set<string>();

  beforeAll(async () => {
    installation = await startInstallation();
  }, 120_000);
  afterEach(async () => {
    for (const row of await here().cloud.table.rows()) rowsSeen.add(JSON.stringify(row));
  });
  afterAll(async () => {
    if (installation === undefined) return;
    report(installation);
    await installation[Symbol.asyncDispose]();
  });

  lifeScenes(here);
  failureScenes(here);
  afterwards(here, rowsSeen);
});

/** What each function asked of the table, for whoever counts the costs: JSON in the file that the variable names. */
function report({ cloud }: Installation): void {
  const path = process.env.JOBBELL_CLOUD_REPORT;
  if (path === undefined) return;
  const consumed = FUNCTIONS.map((name) => [name, Object.fromEntries(cloud.aws[name].consumed)]);
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(consumed), undefined, 2)}\n`);
}

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A forbidden import: the laws that it breaks, the file that it stands in, what it says, where that leads. */
export type Plant = readonly [laws: string, from: string, says: string, to: string];

const STORE = "lib/store/store.ts";
const SQLITE = "lib/store/sqlite/sqlite-store.ts";
const WEBHOOK = "lib/receivers/webhook/webhook.ts";

/** At least one violation of each law. A cycle is reported at one of its ends. */
export const PLANTS: readonly Plant[] = [
  ["no-cycles", "lib/polling/one.ts", "./two.ts", "lib/polling/two.ts"],
  ["", "lib/polling/two.ts", "./one.ts", "lib/polling/one.ts"],
  ["nothing-unresolved", "lib/config/lost.ts", "./nowhere.ts", "./nowhere.ts"],
  ["shipped-packages-only", "lib/config/tested.ts", "for-tests", "node_modules/for-tests/index.js"],
  ["shipped-packages-only", "lib/config/unlisted.ts", "unlisted", "node_modules/unlisted/index.js"],
  ["borders-are-written-out", "lib/config/relative.ts", "../jobs/job.ts", "lib/jobs/job.ts"],
  ["jobs-is-pure", "lib/jobs/stored.ts", "#store/store", STORE],
  ["jobs-is-pure", "lib/jobs/timed.ts", "node:timers", "timers"],
  ["jobs-is-pure", "lib/jobs/kinds/mapped.ts", "p-map", "node_modules/p-map/index.js"],
  ["jobs-parses-in-kinds", "lib/jobs/parsed.ts", "zod", "node_modules/zod/index.js"],
  ["jobs-hashes-in-event", "lib/jobs/hashed.ts", "node:crypto", "crypto"],
  ["routing-is-pure", "lib/routing/timed.ts", "node:timers", "timers"],
  ["routing-is-pure", "lib/routing/stored.ts", "#store/store", STORE],
  ["rules-are-pure", "lib/rules/timed.ts", "node:timers", "timers"],
  ["rules-are-pure", "lib/rules/stored.ts", "#store/store", STORE],
  ["explain-sees-the-cluster", "lib/explain/listed.ts", "#cluster/list", "lib/cluster/list.ts"],
  ["explain-sees-the-cluster", "lib/explain/stored.ts", "#store/store", STORE],
  ["interfaces-know-jobs-only", STORE, "node:crypto", "crypto"],
  ["interfaces-know-jobs-only", "lib/store/bucket.ts", "node:crypto", "crypto"],
  ["interfaces-know-jobs-only", "lib/receivers/receiver.ts", "#text/clean", "lib/text/clean.ts"],
  ["interfaces-know-jobs-only", "lib/cluster/cluster.ts", "./list.ts", "lib/cluster/list.ts"],
  ["interfaces-know-jobs-only", "lib/cluster/access.ts", "./list.ts", "lib/cluster/list.ts"],
  ["use-cases-see-interfaces", "lib/polling/listed.ts", "#cluster/list", "lib/cluster/list.ts"],
  ["use-cases-see-interfaces", "lib/polling/timed.ts", "node:timers", "timers"],
  ["use-cases-see-interfaces", "lib/delivery/stored.ts", "#store/sqlite/sqlite-store", SQLITE],
  ["use-cases-see-interfaces", "lib/delivery/polled.ts", "#polling/watch", "lib/polling/watch.ts"],
  ["cluster-stands-alone", "lib/cluster/stored.ts", "#store/store", STORE],
  ["store-stands-alone", "lib/store/sent.ts", "#receivers/receiver", "lib/receivers/receiver.ts"],
  ["receivers-stand-alone", "lib/receivers/listed.ts", "#cluster/list", "lib/cluster/list.ts"],
  ["words-are-of-no-receiver", "lib/words/sent.ts", "#receivers/webhook/webhook", WEBHOOK],
  ["words-are-of-no-receiver", "lib/words/timed.ts", "node:timers", "timers"],
  ["adapters-stand-apart", "lib/store/dynamodb/copied.ts", "../sqlite/sqlite-store.ts", SQLITE],
  ["adapters-stand-apart", "lib/receivers/slack/copied.ts", "../webhook/webhook.ts", WEBHOOK],
  ["rooms-do-not-know-adapters", "lib/receivers/chosen.ts", "./webhook/webhook.ts", WEBHOOK],
  ["sim-stands-alone", "lib/sim/listed.ts", "#cluster/list", "lib/cluster/list.ts"],
  ["sim-is-for-the-demo", "lib/cli/simulated.ts", "#sim/simulation", "lib/sim/simulation.ts"],
  ["config-knows-jobs-routes-and-rules", "lib/config/stored.ts", "#store/store", STORE],
  ["config-is-read-at-the-edge store-stands-alone", "lib/store/set.ts", "#config/config", "lib/config/config.ts"],
  ["only-wiring-chooses", "lib/cli/stored.ts", "#store/sqlite/sqlite-store", SQLITE],
  ["only-wiring-chooses", "lib/cli/sent.ts", "#receivers/webhook/webhook", WEBHOOK],
  ["only-wiring-chooses", "lib/cli/listed.ts", "#cluster/http-cluster", "lib/cluster/http-cluster.ts"],
  ["wiring-is-for-commands use-cases-see-interfaces", "lib/delivery/wired.ts", "#wiring", "lib/wiring.ts"],
  ["nothing-needs-the-cli", "lib/wiring.ts", "#cli/print", "lib/cli/print.ts"],
  ["nothing-needs-the-cloud", "lib/cli/deployed.ts", "#cloud/poll", "lib/cloud/poll.ts"],
  [
    "nothing-needs-the-cloud infra-knows-the-configuration",
    "infra/run.ts",
    "../functions/poll.ts",
    "functions/poll.ts",
  ],
  ["functions-are-ways-in", "functions/stored.ts", "#store/store", STORE],
  ["functions-are-ways-in", "functions/read.ts", "node:fs", "fs"],
  ["infra-knows-the-configuration", "infra/stored.ts", "#store/store", STORE],
  ["leaves-import-nothing", "lib/text/read.ts", "node:fs", "fs"],
  ["leaves-import-nothing", "lib/version.ts", "./text/clean.ts", "lib/text/clean.ts"],
  ["leaves-import-nothing", "lib/signing/read.ts", "node:fs", "fs"],
];

const PACKAGES = ["zod", "p-map", "for-tests", "unlisted"];

/** Writes the smallest project in which all plants stand. */
export async function plantAll(folder: string): Promise<void> {
  const files = new Map([
    ...PLANTS.filter(([, , , to]) => /^(lib|functions)\//.test(to)).map(
      ([, , , to]) => [to, "export type It = 1;\n"] as const,
    ),
    // As a type: that is an import like any other.
    ...PLANTS.map(([, from, says]) => [from, `import type { It } from "${says}";\nexport type { It };\n`] as const),
    ...PACKAGES.flatMap((name) => [
      [`node_modules/${name}/package.json`, JSON.stringify({ name, exports: "./index.js" })] as const,
      [`node_modules/${name}/index.js`, ""] as const,
    ]),
    ["package.json", manifest()],
  ]);
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

function manifest(): string {
  return JSON.stringify({
    type: "module",
    imports: { "#*": { "jobbell-source": "./lib/*.ts", default: "./dist/*.js" } },
    dependencies: { zod: "*", "p-map": "*" },
    devDependencies: { "for-tests": "*" },
  });
}

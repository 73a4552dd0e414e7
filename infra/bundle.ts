import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildResult, build, type Plugin } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A function's code as Lambda gets it: one minified file of ESM, and its map. */
export interface Bundle {
  readonly code: Uint8Array;
  readonly map: Uint8Array;
}

/** What a function has in place of a package: see docs/decisions/0011-small-bundles.md. */
const REPLACED = {
  "@aws-sdk/credential-provider-node": fileURLToPath(new URL("role-credentials.ts", import.meta.url)),
  "@aws-sdk/endpoint-cache": fileURLToPath(new URL("no-endpoint-cache.ts", import.meta.url)),
  "@smithy/core/event-streams": fileURLToPath(new URL("no-event-streams.ts", import.meta.url)),
};

/** The same for parts of a package. */
const PARTS = [
  {
    of: "zod",
    filter: /^\.\.?\/(core\/)?(json-schema-processors|to-json-schema)\.js$/,
    path: fileURLToPath(new URL("no-json-schema.ts", import.meta.url)),
  },
  {
    of: "@smithy/core",
    filter: /^\.\/Sha256Js$/,
    path: fileURLToPath(new URL("no-sha256.ts", import.meta.url)),
  },
  {
    of: "@smithy/core",
    filter: /\/fromSharedConfigFiles$/,
    path: fileURLToPath(new URL("no-shared-config.ts", import.meta.url)),
  },
  {
    of: "@smithy/core",
    filter: /\/AdaptiveRetryStrategy$/,
    path: fileURLToPath(new URL("no-adaptive-retry.ts", import.meta.url)),
  },
] as const;

const withoutParts: Plugin = {
  name: "without-parts",
  setup({ onResolve }) {
    for (const { of, filter, path } of PARTS) {
      onResolve({ filter }, ({ importer }) => (importer.includes(`node_modules/${of}/`) ? { path } : undefined));
    }
  },
};

/** A client names its version to the service. The rest of its package.json is 2 kB. */
const withVersionsOnly: Plugin = {
  name: "with-versions-only",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/@aws-sdk\/[a-z-]+\/package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, "utf8"));
      return { contents: JSON.stringify({ version }), loader: "json" };
    });
  },
};

/** Bundles one entry with all that it uses and nothing else; where no alias is wanted, without anything in place of another. The same sources and packages make the same bytes. */
export async function bundle(entry: string, alias: Readonly<Record<string, string>> = REPLACED): Promise<Bundle> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: "index.mjs",
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node24",
    sourcemap: "linked",
    // The map leads to lines of these files; what they say is in the repository, and 2 MB here.
    sourcesContent: false,
    legalComments: "none",
    // Named ones replace the default, of which `module` is one: with it the SDK comes as ESM, and a third smaller.
    conditions: ["jobbell-source", "module"],
    mainFields: ["module", "main"],
    alias: { ...alias },
    plugins: Object.keys(alias).length === 0 ? [] : [withoutParts, withVersionsOnly],
    banner: { js: REQUIRE },
    logLevel: "silent",
  });
  return { code: fileNamed("index.mjs", outputFiles), map: fileNamed("index.mjs.map", outputFiles) };
}

/** For the packages that are CommonJS inside. */
const REQUIRE =
  'import{createRequire as jobbellRequire}from"node:module";const require=jobbellRequire(import.meta.url);';

function fileNamed(name: string, files: BuildResult<{ write: false }>["outputFiles"]): Uint8Array {
  const file = files.find(({ path }) => basename(path) === name);
  if (file === undefined) throw new Error(`the bundler made no ${name}`);
  return file.contents;
}

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
};

/** The same for a part of a package. */
const withoutJsonSchema: Plugin = {
  name: "without-json-schema",
  setup({ onResolve }) {
    const path = fileURLToPath(new URL("no-json-schema.ts", import.meta.url));
    onResolve({ filter: /^\.\.?\/(core\/)?(json-schema-processors|to-json-schema)\.js$/ }, ({ importer }) =>
      importer.includes("node_modules/zod/") ? { path } : undefined,
    );
  },
};

/** Bundles one entry with all that it uses and nothing else. The same sources and packages make the same bytes. */
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
    plugins: [withoutJsonSchema],
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

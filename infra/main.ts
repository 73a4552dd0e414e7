import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ConfigError } from "#config/config";
import { type Artifact, buildArtifacts } from "./build.ts";
import { osls } from "./osls.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BUILD = join(ROOT, ".build");
const TEMPLATE = join(BUILD, "template");
const EXAMPLE = join(ROOT, "infra", "example.yml");

const USAGE = `usage: npm run package -- [--stage STAGE] [--config FILE] [options of osls]
       npm run deploy -- --stage STAGE [--config FILE] [options of osls]`;

/** `npm run package` and `npm run deploy`. Answers the exit code: 2 is bad usage or a configuration that functions cannot work with. */
async function main([command, ...rest]: readonly string[]): Promise<number> {
  const { config, stage, others } = optionsOf(rest);
  switch (command) {
    case "package":
      return packageAll(config ?? (existsSync("jobbell.yml") ? "jobbell.yml" : example()), stage ?? "dev", others);
    case "deploy":
      if (stage === undefined) return refuse("deploy needs --stage, such as --stage prod");
      return (
        (await packageAll(config ?? "jobbell.yml", stage, others)) ||
        osls("deploy", ["--package", TEMPLATE, "--stage", stage, ...others])
      );
    default:
      return refuse(command === undefined ? "package or deploy?" : `unknown command ${command}`);
  }
}

/** What is not ours goes to osls as it is. */
function optionsOf(args: readonly string[]) {
  const options = { config: { type: "string" }, stage: { type: "string", short: "s" } } as const;
  const { values, tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const ours = new Set(
    tokens.flatMap((token) => {
      if (token.kind !== "option" || !(token.name in options)) return [];
      return token.inlineValue === false ? [token.index, token.index + 1] : [token.index];
    }),
  );
  const others = args.filter((_, index) => !ours.has(index));
  return { config: textOf(values.config), stage: textOf(values.stage), others };
}

function textOf(value: string | boolean | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function example(): string {
  say("there is no jobbell.yml here: this is a package of the example, infra/example.yml");
  return EXAMPLE;
}

async function packageAll(config: string, stage: string, others: readonly string[]): Promise<number> {
  try {
    (await buildArtifacts(config, BUILD)).forEach(tell);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.format()}\n`);
    return 2;
  }
  return osls("package", ["--package", TEMPLATE, "--stage", stage, ...others]);
}

function tell({ name, bundled, zipped }: Artifact): void {
  say(`${name.padEnd(8)} ${kilobytes(bundled)} minified, ${kilobytes(zipped)} zipped with its source map`);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0).padStart(4)} kB`;
}

function refuse(complaint: string): number {
  process.stderr.write(`${complaint}\n${USAGE}\n`);
  return 2;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main(process.argv.slice(2));

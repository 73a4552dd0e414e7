import { relative } from "node:path";
import { kindNamed } from "#jobs/kinds/registry";
import type { Config, NamespaceConfig, Reference } from "./model.ts";

/** A configuration that was checked, as data: a function reads it without the parser, the schema and the rules. It holds no secret. */
interface CompiledConfig extends Pick<Config, "clusters" | "receivers"> {
  readonly namespaces: readonly (Omit<NamespaceConfig, "kinds"> & { readonly kinds: readonly string[] })[];
}

/** The configuration as JSON. Places name their file relative to `directory`: the same configuration makes the same text wherever it lies. */
export function compileConfig({ clusters, receivers, namespaces }: Config, directory: string): string {
  const compiled: CompiledConfig = {
    clusters,
    receivers,
    namespaces: namespaces.map(({ kinds, ...rest }) => ({
      ...rest,
      kinds: kinds.map(({ resource }) => resource.kind),
    })),
  };
  return JSON.stringify(compiled, (key, value) => (key === "at" ? shortened(value, directory) : value));
}

function shortened(at: Reference["at"], directory: string): Reference["at"] {
  return { ...at, file: relative(directory, at.file) };
}

/** What {@link compileConfig} wrote, on a machine where nothing of it can be a path. */
export function readCompiledConfig(text: string): Config {
  const { clusters, receivers, namespaces }: CompiledConfig = JSON.parse(text);
  return {
    clusters,
    receivers,
    namespaces: namespaces.map(({ kinds, ...rest }) => ({ ...rest, kinds: kinds.map(known) })),
    intervalMs: 60_000,
    statePath: ":memory:",
    directory: "/",
    warnings: [],
  };
}

/** Written by the very build that reads it. */
function known(name: string): NamespaceConfig["kinds"][number] {
  const kind = kindNamed(name);
  if (kind === undefined) throw new Error(`this build has no kind ${name}`);
  return kind;
}

import type * as z from "zod";
import { KubeconfigError } from "./error.ts";
import { type Found, readEntry } from "./file.ts";
import { type Kubeconfig, KubeconfigCluster, KubeconfigContext, KubeconfigUser } from "./schema.ts";

/** What one context means. `user` is absent where the context names none. */
export interface Chosen {
  readonly context: string;
  readonly cluster: Found<KubeconfigCluster>;
  readonly user: Found<KubeconfigUser> | undefined;
}

type Files = readonly Found<Kubeconfig>[];

/** The context by its name, or the current one, out of several files: the first one that defines a name wins. */
export function chooseContext(files: Files, wanted: string | undefined): Chosen {
  const name = wanted ?? files.map(({ value }) => value["current-context"]).find((current) => current !== undefined);
  if (name === undefined)
    throw missing(files, `it has no current-context: name one of its contexts (${contexts(files)})`);
  const context = find(files, "context", KubeconfigContext, name);
  if (context === undefined) throw missing(files, `there is no context "${name}": its contexts are ${contexts(files)}`);
  const lacks = (what: string) => missing([context], `context "${name}" ${what}: its contexts are ${contexts(files)}`);
  const { cluster: clusterName, user: userName } = context.value;
  if (clusterName === undefined) throw lacks("names no cluster");
  const cluster = find(files, "cluster", KubeconfigCluster, clusterName);
  if (cluster === undefined) throw lacks(`names the cluster "${clusterName}", which is not there`);
  const user = userName === undefined ? undefined : find(files, "user", KubeconfigUser, userName);
  if (userName !== undefined && user === undefined) throw lacks(`names the user "${userName}", who is not there`);
  return { context: name, cluster, user };
}

function find<T>(files: Files, sort: "context" | "cluster" | "user", schema: z.ZodType<T>, name: string) {
  for (const { file, value } of files) {
    const entry = value[`${sort}s`].find((candidate) => candidate.name === name);
    if (entry !== undefined) return readEntry(file, `${sort} "${name}"`, schema, entry.value);
  }
  return undefined;
}

function contexts(files: Files): string {
  const names = files.flatMap(({ value }) => value.contexts.map(({ name }) => `"${name}"`));
  return names.length === 0 ? "none" : [...new Set(names)].join(", ");
}

function missing(files: readonly Found<unknown>[], problem: string): KubeconfigError {
  return new KubeconfigError("missing", files.map(({ file }) => file).join(", "), problem);
}

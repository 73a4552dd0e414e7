import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { apiVersionOf } from "#jobs/event";
import { includes } from "#jobs/namespaces";
import { readWatched } from "#polling/read-object";
import type { Watch } from "#polling/watch";
import { jsonOf } from "#text/json";
import { UsageError } from "../failure.ts";
import { counted } from "../terminal-reporter.ts";
import type { Plan, PlanInput } from "./input.ts";
import { type Found, plansOf } from "./jobs.ts";

// An item of kubectl's list says what it is; one of the API's own is of the list's kind.
const Item = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  metadata: z.looseObject({ namespace: z.string().optional() }).optional(),
});
type Item = z.infer<typeof Item>;
const List = z.object({ apiVersion: z.string(), kind: z.string(), items: z.array(Item) });

/** Who would hear of the last thing that happened to each job of a list that somebody recorded. */
export async function recorded(input: PlanInput, path: string): Promise<Plan> {
  const cluster = clusterOf(input);
  const items = itemsOf(jsonOf(await read(path)), path);
  const watches = input.watches.filter((watch) => watch.cluster === cluster);
  const found = items.flatMap((item) => theirs(watches, item).flatMap((watch) => foundBy(watch, item)));
  const unwatched = items.filter((item) => theirs(watches, item).length === 0).length;
  const plan = plansOf(input, found);
  if (unwatched === 0) return plan;
  const remark = `left out ${counted(unwatched, "object")} that the configuration does not watch on ${cluster}`;
  return { ...plan, remarks: [remark, ...plan.remarks] };
}

/** A list does not say where it comes from. */
function clusterOf({ config, options }: PlanInput): string {
  const [only, ...others] = config.clusters.map(({ name }) => name);
  if (options.cluster !== undefined) return options.cluster;
  if (only === undefined || others.length > 0)
    throw new UsageError(`say whose list it is with --cluster: ${config.clusters.map(({ name }) => name).join(", ")}`);
  return only;
}

async function read(path: string): Promise<string> {
  try {
    return path === "-" ? await text(process.stdin) : await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const why =
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : "it cannot be read";
    throw new UsageError(`--from ${path}: ${why}`);
  }
}

function itemsOf(value: unknown, path: string): readonly Item[] {
  const list = List.safeParse(value);
  if (list.success) {
    const { apiVersion, kind, items } = list.data;
    return items.map((item) => ({ apiVersion, kind: kind.replace(/List$/, ""), ...item }));
  }
  const one = Item.required({ apiVersion: true, kind: true }).safeParse(value);
  if (one.success) return [one.data];
  throw new UsageError(`--from ${path}: it is not what \`kubectl get -o json\` writes`);
}

function theirs(watches: readonly Watch[], { apiVersion, kind, metadata }: Item): readonly Watch[] {
  return watches.filter(
    (watch) =>
      watch.kind.resource.kind === kind &&
      apiVersionOf(watch.kind.resource) === apiVersion &&
      includes(watch, metadata?.namespace ?? ""),
  );
}

function foundBy(watch: Watch, item: Item): readonly Found[] {
  const seen = readWatched(watch, item);
  return seen === undefined ? [] : [{ watch, seen }];
}

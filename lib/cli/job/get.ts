import { EXIT } from "../failure.ts";
import { complain, print } from "../print.ts";
import { type Named, namedBy, namespaceOf } from "./kind.ts";
import { type ClusterOptions, notFound, type OpenJobs, openCluster } from "./open.ts";
import { type Format, type Found, oneAs } from "./output.ts";
import { historyOf, rowOf, tableOf } from "./rows.ts";

/** What `jobbell job get` and `status` were given, as commander parsed it. */
export interface GetOptions extends ClusterOptions {
  readonly namespace?: string;
  readonly output?: Format;
}

const SIGNAL = new AbortController().signal;

/** `jobbell job get`: one job. Returns the exit code. */
export async function get(kind: string, name: string | undefined, options: GetOptions): Promise<number> {
  const found = await fetchOne(kind, name, options, ({ api }, { kind: { resource }, ...job }, namespace) =>
    api.get(resource, namespace, job.name, SIGNAL),
  );
  if (options.output !== undefined) print(oneAs(options.output, found));
  else showRow(found);
  return EXIT.ok;
}

/** `jobbell job status`: one job by its `/status`, with the steps that it went through. Returns the exit code. */
export async function status(kind: string, name: string | undefined, options: GetOptions): Promise<number> {
  const found = await fetchOne(kind, name, options, readStatus);
  if (options.output !== undefined) {
    print(oneAs(options.output, found));
    return EXIT.ok;
  }
  showRow(found);
  print("");
  historyOf(found).forEach(print);
  return EXIT.ok;
}

// The pages of CCI know a status of batch Jobs only.
function readStatus({ api, provider }: OpenJobs, { kind: { resource }, name }: Named, namespace: string) {
  const hasStatus = provider !== "cci" || resource.group === "batch";
  return hasStatus ? api.status(resource, namespace, name, SIGNAL) : api.get(resource, namespace, name, SIGNAL);
}

async function fetchOne(
  kind: string,
  name: string | undefined,
  options: GetOptions,
  read: (cluster: OpenJobs, job: Named, namespace: string) => Promise<unknown | undefined>,
): Promise<Found> {
  const job = namedBy(kind, name);
  const namespace = namespaceOf(options.namespace);
  await using cluster = await openCluster(options);
  const object = await read(cluster, job, namespace);
  if (object === undefined) throw notFound(cluster.api, job, namespace);
  return { kind: job.kind, object };
}

function showRow(found: Found): void {
  const row = rowOf(found, Date.now() / 1000);
  if (row.complaint !== undefined) complain(`warning: ${row.complaint}`);
  tableOf([row], { namespaces: false }).forEach(print);
}

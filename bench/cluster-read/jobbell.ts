import { once } from "node:events";
import { connect } from "node:net";
import { noCredentials } from "#cluster/auth/none";
import type { Cluster } from "#cluster/cluster";
import { openCluster } from "#cluster/http-cluster";
import { tfJob } from "#jobs/kinds/kubeflow";
import type { Kind } from "#jobs/kinds/reader";
import { poll } from "#polling/poll";
import { queryOf, type Watch } from "#polling/watch";
import { everythingTo } from "#routing/route";
import type { Rule } from "#rules/rule";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import { instruction, report } from "./spent.ts";

/** What Jobbell is to do in a process of its own. */
export interface JobbellTask {
  /** `tick`: poll all watches. `again`: once more after that, in the same process; `turns`: one after the other. `list`: read the list, and no more. */
  readonly act: "tick" | "again" | "turns" | "list";
  readonly server: string;
  readonly ca?: string | undefined;
  readonly state: string;
  readonly namespaces: readonly string[];
  /** With all rules over time on. */
  readonly rules?: true;
  /** A clock that stands still: now and then a tick waits for the end of its watch, which here is to happen in none. */
  readonly now?: number;
}

/** What it said of the last thing that it did. */
export interface JobbellResult {
  readonly requests: number;
  readonly bytes: number;
  readonly objects: number;
  readonly events: number;
  /** By the clock, without opening anything. */
  readonly ms: number;
  readonly connectMs: number;
  /** Pages in whose first object was read when the next page had been asked for already. */
  readonly ahead: number;
}

const PAGE_SIZE = 500;
const RESYNC_MS = 3_600_000;
// None of them is ever crossed here.
const RULES: readonly Rule[] = [
  { type: "pendingFor", seconds: 366 * 86_400 },
  { type: "suspendedFor", seconds: 366 * 86_400 },
  { type: "runningFor", seconds: 366 * 86_400 },
  { type: "restarts", moreThan: 3, withinSeconds: 3600 },
];
const SIGNAL = new AbortController().signal;

const task = instruction<JobbellTask>();
const { server, ca, state, namespaces } = task;
const cluster = openCluster({
  name: "bench",
  server,
  tls: ca === undefined ? {} : { ca },
  credentials: noCredentials(),
});
const store = sqliteStore(state);
const now = task.now;
const services = { store, now: () => now ?? Date.now(), pause: async () => {}, onEvent: () => {} };
const { kind, ahead } = watchful(tfJob, cluster);
const watches = namespaces.map(
  (namespace): Watch => ({
    ...{ cluster: "bench", namespace, kind, pageSize: PAGE_SIZE, firstTick: "silent" },
    ...{ follow: { resyncMs: RESYNC_MS }, routes: [everythingTo(["hook"])], ...(task.rules && { rules: RULES }) },
  }),
);

await report(async (): Promise<JobbellResult> => {
  const connectMs = await timeToConnect(new URL(server));
  if (task.act === "again" || task.act === "turns") await ticked(watches);
  const before = cluster.traffic();
  const begun = performance.now();
  const found = await act();
  const ms = performance.now() - begun;
  const { requests, bytesRead } = cluster.traffic();
  await cluster.close();
  await store.close();
  const traffic = { requests: requests - before.requests, bytes: bytesRead - before.bytesRead };
  return { ...traffic, ...found, ms, connectMs, ahead: ahead() };
});

async function act(): Promise<Pick<JobbellResult, "objects" | "events">> {
  switch (task.act) {
    case "tick":
    case "again":
      return ticked(watches);
    case "turns": {
      const found = { objects: 0, events: 0 };
      for (const watch of watches) {
        const { objects, events } = await ticked([watch]);
        found.objects += objects;
        found.events += events;
      }
      return found;
    }
    case "list": {
      const lists = watches.map((watch) => cluster.list(queryOf(watch), watch.kind.read, SIGNAL));
      const read = await Promise.all(lists);
      return { objects: read.reduce((sum, { items }) => sum + items.length, 0), events: 0 };
    }
    default:
      return task.act satisfies never;
  }
}

async function ticked(some: readonly Watch[]): Promise<Pick<JobbellResult, "objects" | "events">> {
  const found = { objects: 0, events: 0 };
  for (const result of await poll(services, () => cluster, some, SIGNAL)) {
    if (result.state !== "read") throw new Error(`a tick went wrong: ${JSON.stringify(result)}`);
    found.objects += result.objects;
    found.events += result.events;
  }
  return found;
}

/** Counts how often, when the first object of a page is read, a request for the page after it has been sent. */
function watchful(watched: Kind, { traffic }: Cluster): { readonly kind: Kind; readonly ahead: () => number } {
  let [seen, pages] = [0, 0];
  const read: Kind["read"] = (object) => {
    if (seen % PAGE_SIZE === 0 && traffic().requests > seen / PAGE_SIZE + 1) pages += 1;
    seen += 1;
    return watched.read(object);
  };
  return { kind: { ...watched, read }, ahead: () => pages };
}

async function timeToConnect({ hostname, port }: URL): Promise<number> {
  const begun = performance.now();
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.destroy();
  return performance.now() - begun;
}

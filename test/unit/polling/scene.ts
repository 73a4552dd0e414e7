import { noCredentials } from "#cluster/auth/none";
import { staticToken } from "#cluster/auth/static-token";
import type { Cluster } from "#cluster/cluster";
import { openCluster } from "#cluster/http-cluster";
import type { JobEvent } from "#jobs/event";
import { tfJob } from "#jobs/kinds/kubeflow";
import { poll } from "#polling/poll";
import type { TickResult } from "#polling/tick";
import type { Watch } from "#polling/watch";
import { everythingTo } from "#routing/route";
import { type ApiServer, type ApiServerOptions, startApiServer } from "#sim/api-server";
import { sqliteStore } from "#store/sqlite/sqlite-store";
import type { Store } from "#store/store";
import { drain } from "../../support/store-steps.ts";
import { conditions, T0 } from "../jobs/objects.ts";

export const SIGNAL = new AbortController().signal;

/** Longer than a poller that died keeps a watch. */
const LEASE_MS = 61_000;

export const WATCH: Watch = {
  cluster: "prod",
  namespace: "ml",
  kind: tfJob,
  pageSize: 100,
  firstTick: "silent",
  routes: [everythingTo(["chat"])],
};

interface SceneOptions {
  readonly server?: Partial<ApiServerOptions>;
  readonly watch?: Partial<Watch>;
  readonly token?: string;
}

/** A simulated API server, a cluster over HTTP, and an empty store, at a time that only tests move. */
export interface Scene extends AsyncDisposable {
  readonly server: ApiServer;
  readonly cluster: Cluster;
  readonly store: Store;
  /** Every event that was said, oldest first. */
  readonly events: JobEvent[];
  /** How often, and for how long, a tick paused. */
  readonly pauses: number[];
  /** Milliseconds since 1970. Each tick is later than the lease of the one before. */
  readonly clock: { now: number };
  tick(watch?: Partial<Watch>, store?: Store): Promise<TickResult>;
  /** A tick that reads, and what it said: `mnist Created@1`, in order. */
  said(watch?: Partial<Watch>): Promise<readonly string[]>;
  /** What waits for its receivers, in the order of delivery: `chat mnist Created@1`. It is delivered by that. */
  delivered(): Promise<readonly string[]>;
}

export async function openScene({ server: options, watch, token }: SceneOptions = {}): Promise<Scene> {
  const clock = { now: (T0 + 3600) * 1000 };
  const server = await startApiServer({ now: () => clock.now, seed: "polling", ...options });
  const credentials = token === undefined ? noCredentials() : staticToken(token);
  const cluster = openCluster({ name: "prod", server: server.url, tls: {}, credentials });
  const store = sqliteStore(":memory:");
  const events: JobEvent[] = [];
  const pauses: number[] = [];
  const scene: Scene = {
    ...{ server, cluster, store, events, pauses, clock },
    async tick(changes = {}, tickStore = store) {
      clock.now += LEASE_MS;
      const pause = async (ms: number) => void pauses.push(ms);
      const services = {
        store: tickStore,
        now: () => clock.now,
        pause,
        onEvent: (event: JobEvent) => events.push(event),
      };
      return pollOne(services, cluster, { ...WATCH, ...watch, ...changes });
    },
    async said(changes) {
      const { length } = events;
      const result = await scene.tick(changes);
      if (result.state !== "read") throw new Error(`the tick did not read: ${JSON.stringify(result)}`);
      const news = events.slice(length);
      if (news.length !== result.events) throw new Error(`${result.events} events counted, ${news.length} said`);
      return news.map(wordsOf);
    },
    async delivered() {
      return (await drain(store, clock.now)).map(({ receiver, event }) => `${receiver} ${wordsOf(event)}`);
    },
    async [Symbol.asyncDispose]() {
      await cluster.close();
      await server.close();
      await store.close();
    },
  };
  return scene;
}

/** A tick of one watch. */
export async function pollOne(
  services: Parameters<typeof poll>[0],
  cluster: Cluster,
  watch: Watch = WATCH,
): Promise<TickResult> {
  const [result] = await poll(services, () => cluster, [watch], SIGNAL);
  if (result === undefined) throw new Error("poll answered nothing");
  return result;
}

/** `mnist Running@3`, in seconds of the tables; a job vanishes at no time that a table could know. */
export function wordsOf({ name, event, at }: JobEvent): string {
  return event === "Vanished" ? `${name} Vanished` : `${name} ${event}@${Date.parse(at) / 1000 - T0}`;
}

/** Jobs of the namespace `ml` as their conditions stand: `{ mnist: "Created=True@1" }`. */
export function create(server: ApiServer, jobs: Record<string, string>, labels: Record<string, string> = {}): void {
  for (const [name, text] of Object.entries(jobs)) {
    const status = text === "" ? {} : { status: { conditions: conditions(text) } };
    server.create(tfJob.resource, { metadata: { name, namespace: "ml", labels }, spec: {}, ...status });
  }
}

/** Gives jobs that exist other conditions, and with them a new version. */
export function change(server: ApiServer, jobs: Record<string, string>): void {
  for (const [name, text] of Object.entries(jobs)) {
    server.update(tfJob.resource, "ml", name, (draft) => {
      draft.status = { ...draft.status, conditions: conditions(text) };
    });
  }
}

export function remove(server: ApiServer, ...names: readonly string[]): void {
  for (const name of names) server.remove(tfJob.resource, "ml", name);
}

export function relabel(server: ApiServer, name: string, labels: Record<string, string>): void {
  server.update(tfJob.resource, "ml", name, (draft) => {
    draft.metadata.labels = labels;
  });
}

/** A new version of a job in which nothing is new that anybody wants to know. */
export function touch(server: ApiServer, name: string): void {
  server.update(tfJob.resource, "ml", name, (draft) => {
    draft.metadata.annotations = { touched: server.resourceVersion };
  });
}

import { readFileSync } from "node:fs";
import { noCredentials } from "#cluster/auth/none";
import { staticToken } from "#cluster/auth/static-token";
import type { Cluster } from "#cluster/cluster";
import { openCluster } from "#cluster/http-cluster";
import { type ApiServer, startApiServer } from "#sim/api-server";
import { EVENTS, PODS } from "#sim/core";
import type { KubeObject } from "#sim/objects";
import type { User } from "#sim/users";

/** Pods and events as an API server, a kubelet, a scheduler and controllers write them. */
interface Fixture {
  readonly about: string;
  readonly pods: readonly KubeObject[];
  readonly events: readonly KubeObject[];
}

export function podsFixture(name: string): Fixture {
  return JSON.parse(readFileSync(new URL(`../fixtures/pods/${name}.json`, import.meta.url), "utf8"));
}

export interface PodScene extends AsyncDisposable {
  readonly server: ApiServer;
  readonly cluster: Cluster;
  /** Makes the next request for a log answer with this. */
  writes(log: string): void;
}

/** A simulated server with the pods and events of a fixture, and a cluster that reads it as `user`. */
export async function openPods(name: string, { user }: { readonly user?: Omit<User, "name" | "token"> } = {}) {
  const users = user && { users: [{ ...user, name: "reader", token: "reader" }] };
  const server = await startApiServer({ now: () => Date.parse("2026-11-21T02:17:11Z"), seed: "pods", ...users });
  const { pods, events } = podsFixture(name);
  for (const pod of pods) server.create(PODS, pod);
  for (const event of events) server.create(EVENTS, event);
  const credentials = user === undefined ? noCredentials() : staticToken("reader");
  const cluster = openCluster({ name: "prod", server: server.url, tls: {}, credentials });
  const scene: PodScene = {
    ...{ server, cluster },
    writes: (body) =>
      server.fail({
        ...{ status: 200, headers: { "content-type": "text/plain" }, body },
        when: ({ path }) => path.includes("/log?"),
      }),
    async [Symbol.asyncDispose]() {
      await cluster.close();
      await server.close();
    },
  };
  return scene;
}

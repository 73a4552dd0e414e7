import { describe, expect, test } from "vitest";
import { staticToken } from "#cluster/auth/static-token";
import type { Burst, Cluster, WatchEvent } from "#cluster/cluster";
import { openCluster } from "#cluster/http-cluster";
import type { Resource } from "#jobs/job";
import { batchJob } from "#jobs/kinds/batch-job";
import { pyTorchJob, tfJob } from "#jobs/kinds/kubeflow";
import { ca } from "../support/protocols.ts";
import { failure, SIGNAL } from "../unit/cluster/open.ts";
import type { OpenedApi, Scene } from "./kubernetes-api.ts";

const KINDS: readonly (readonly [string, Resource])[] = [batchJob, tfJob, pyTorchJob].map(({ resource }) => [
  resource.kind,
  resource,
]);

interface Job {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}

/** What Jobbell's watch makes of a server's answers. Every server that is used in the place of a real one has to pass. */
export function watchContract(name: string, open: (scene: Scene, resource: Resource) => Promise<OpenedApi>) {
  describe.concurrent.each(KINDS)(`${name}, as Jobbell's watch sees it, for %s`, (_kind, resource) => {
    async function within(scene: Scene, check: (cluster: Cluster, api: OpenedApi) => Promise<unknown>) {
      const api = await open(scene, resource);
      const credentials = staticToken("admin");
      const cluster = openCluster({ name: "prod", server: api.url, tls: { ca }, credentials });
      try {
        await check(cluster, api);
      } finally {
        await cluster.close();
        await api.close();
      }
    }

    const watch = (cluster: Cluster, resourceVersion: string) =>
      cluster.watch(
        { resource, namespace: "ml-team", resourceVersion, timeoutSeconds: 1 },
        (object) => object as Job,
        SIGNAL,
      );

    test("tells each change since a version, in order, with the version to go on from", () =>
      within("changed", async (cluster, { from }) => {
        const stream = await watch(cluster, from);
        const { events } = await readAll(stream);
        expect(events.map(wordsOf)).toEqual(["modified j0", "added jx", "deleted jx"]);
        const versions = events.map(({ resourceVersion }) => resourceVersion);
        expect(new Set(versions).size).toBe(3);
        expect(objectsOf(events).map(({ metadata }) => metadata.resourceVersion)).toEqual(versions);
      }));

    test("can be gone on from any change", () =>
      within("idle", async (cluster, { from }) => {
        expect(await readAll(await watch(cluster, from))).toEqual({ events: [], end: "ended" });
      }));

    test("has nothing to tell from a version that is still to come", () =>
      within("changed", async (cluster, { future }) => {
        expect(await readAll(await watch(cluster, future))).toEqual({ events: [], end: "ended" });
      }));

    // A real server that has just begun to serve Jobs still knows their whole past: nothing is too old for it.
    if (resource.group !== "batch") {
      test("says of a version that it has forgotten that it is gone", () =>
        within("changed", async (cluster) => {
          expect(await readAll(await watch(cluster, "1"))).toEqual({ events: [], end: "gone" });
        }));
    }

    test("fails from what is no version", () =>
      within("changed", async (cluster) => {
        expect(await failure(watch(cluster, "abc"))).toMatchObject({ code: "unavailable" });
      }));
  });
}

/** Everything until nothing follows. */
async function readAll(stream: Awaited<ReturnType<Cluster["watch"]>>) {
  const events: WatchEvent<Job>[] = [];
  for (;;) {
    const burst = (await stream.next()) as Burst<Job>;
    events.push(...burst.events);
    if (burst.state !== "quiet" && burst.state !== "more") return { events, end: burst.state };
  }
}

function wordsOf(event: WatchEvent<Job>): string {
  return event.type === "bookmark" ? event.type : `${event.type} ${event.object.metadata.name}`;
}

function objectsOf(events: readonly WatchEvent<Job>[]): readonly Job[] {
  return events.flatMap((event) => (event.type === "bookmark" ? [] : [event.object]));
}

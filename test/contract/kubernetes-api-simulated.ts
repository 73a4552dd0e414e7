import type { Resource } from "#jobs/job";
import { KINDS } from "#jobs/kinds/registry";
import { type ApiServer, type ApiServerOptions, startApiServer } from "#sim/api-server";
import type { KubeObject } from "#sim/objects";
import { certificate } from "../support/protocols.ts";
import { recording } from "../support/recordings.ts";
import type { OpenedApi, Scene } from "./kubernetes-api.ts";

const NAMESPACE = "ml-team";

// The recordings were made on a server without this kind.
const RESOURCES = KINDS.map(({ resource }) => resource).filter(({ kind }) => kind !== "MPIJob");

/** A simulated server with the users whom the recordings name. */
function startTeam(tls?: ApiServerOptions["tls"]): Promise<ApiServer> {
  return startApiServer({
    now: () => Date.parse("2026-11-21T00:20:45Z"),
    ...(tls && { tls }),
    seed: "scene",
    resources: RESOURCES,
    users: [
      { name: "admin", token: "admin" },
      { name: "reader", token: "reader", verbs: ["get", "list", "watch"] },
      { name: "noperm", token: "noperm", verbs: [] },
    ],
  });
}

/** The simulated server with the objects that the recordings show. */
export function openSimulated(scene: Scene, resource: Resource): Promise<OpenedApi> {
  return openScene(scene, resource);
}

/** The same over HTTP/2. */
export function openSimulatedSecure(scene: Scene, resource: Resource): Promise<OpenedApi> {
  return openScene(scene, resource, certificate);
}

async function openScene(scene: Scene, resource: Resource, tls?: ApiServerOptions["tls"]): Promise<OpenedApi> {
  const server = await startTeam(tls);
  const from = scene === "seven" ? seven(server, resource) : three(server, resource);
  if (scene === "changed") change(server, resource);
  return { url: server.url, from, future: "1001344", close: () => server.close() };
}

function seven(server: ApiServer, resource: Resource): string {
  const { items } = recording(`${resource.plural}/list-full`).response.body as { items: KubeObject[] };
  for (const item of items) server.create(resource, item);
  return server.resourceVersion;
}

function three(server: ApiServer, resource: Resource): string {
  for (const job of watched(resource, "no-rv").slice(0, 3)) {
    const { v: _, ...labels } = job.metadata.labels ?? {};
    server.create(resource, { ...job, metadata: { ...job.metadata, labels } });
  }
  return server.resourceVersion;
}

function change(server: ApiServer, resource: Resource): void {
  server.update(resource, NAMESPACE, "j0", ({ metadata }) => {
    metadata.labels = { ...metadata.labels, v: "a" };
  });
  const [, added] = watched(resource, "changes-1s");
  if (added === undefined) throw new Error("the recording adds no job");
  server.create(resource, added);
  server.remove(resource, NAMESPACE, added.metadata.name);
}

function watched({ plural }: Resource, name: string): readonly KubeObject[] {
  const lines = String(recording(`${plural}/watch/${name}`).response.body)
    .trim()
    .split("\n");
  return lines.map((line) => (JSON.parse(line) as { object: KubeObject }).object);
}

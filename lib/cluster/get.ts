import * as z from "zod";
import type { Resource } from "#jobs/job";
import { type Api, fetchJson } from "./api.ts";
import type { Call } from "./call.ts";
import { ClusterError } from "./cluster.ts";
import { pathOf } from "./path.ts";
import type { StatusBody } from "./status-body.ts";

/** One object as the API shows it, or `undefined` where the API says that there is none of that name. */
export async function getObject(
  api: Api,
  resource: Resource,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<unknown | undefined> {
  const cluster = api.access.name;
  const call: Call = { cluster, verb: "get", resource, namespace, name };
  const request = { method: "GET", path: pathOf(resource, namespace, name) } as const;
  const isAbsence = (status: number, body: StatusBody) => status === 404 && speaksOf(name, body);
  const object = await fetchJson(api, call, request, signal, isAbsence);
  if (object === undefined || z.object({ kind: z.literal(resource.kind) }).safeParse(object).success) return object;
  throw new ClusterError(
    "not-kubernetes",
    cluster,
    `cluster "${cluster}" answers with something that is no ${resource.kind}`,
  );
}

// A 404 without the name speaks of the kind, or comes from a gateway that never asked the API server.
function speaksOf(name: string, body: StatusBody): boolean {
  return body.type === "status" && (body.name === name || body.message.includes(`"${name}"`));
}

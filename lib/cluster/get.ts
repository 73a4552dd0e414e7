import * as z from "zod";
import type { Resource } from "#jobs/job";
import { type Api, fetchJson } from "./api.ts";
import type { Call } from "./call.ts";
import { ClusterError } from "./cluster.ts";
import { pathOf } from "./path.ts";
import { type Patience, patiently } from "./patience.ts";

/** One object as the API shows it, or `undefined` where the API says that there is none of that name. */
export async function getObject(
  api: Api,
  patience: Patience,
  resource: Resource,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<unknown | undefined> {
  const call: Call = { cluster: api.access.name, verb: "get", resource, namespace, name };
  return unlessAbsent(fetchObject(api, patience, call, signal));
}

/** The same from the object's `/status`. An API that has none answers as if it had not the kind: then it is the object itself. */
export async function getStatus(
  api: Api,
  patience: Patience,
  resource: Resource,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<unknown | undefined> {
  const call: Call = { cluster: api.access.name, verb: "get", resource, namespace, name };
  try {
    return await unlessAbsent(fetchObject(api, patience, { ...call, subresource: "status" }, signal));
  } catch (error) {
    if (!isCode(error, "not-installed")) throw error;
    return unlessAbsent(fetchObject(api, patience, call, signal));
  }
}

async function fetchObject(api: Api, patience: Patience, call: Call, signal: AbortSignal): Promise<unknown> {
  const { resource, namespace, name = "", subresource } = call;
  const path = pathOf(resource, namespace, name, ...(subresource === undefined ? [] : [subresource]));
  const { body } = await patiently(patience, signal, () => fetchJson(api, call, { method: "GET", path }, signal));
  return objectOf(call, body);
}

/** An answer as an object of the kind that was asked for, or `not-kubernetes`. */
export function objectOf({ cluster, resource }: Call, body: unknown): unknown {
  if (z.object({ kind: z.literal(resource.kind) }).safeParse(body).success) return body;
  const what = `answers with something that is no ${resource.kind}`;
  throw new ClusterError("not-kubernetes", cluster, `cluster "${cluster}" ${what}`);
}

async function unlessAbsent(object: Promise<unknown>): Promise<unknown | undefined> {
  return object.catch((error: unknown) => {
    if (isCode(error, "not-found")) return undefined;
    throw error;
  });
}

function isCode(error: unknown, code: ClusterError["code"]): boolean {
  return error instanceof ClusterError && error.code === code;
}

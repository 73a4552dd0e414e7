import type { Resource } from "#jobs/job";
import { type Answer, failure, json, notFound, notInstalled } from "./answer.ts";
import type { ClusterState } from "./cluster-state.ts";
import { PODS } from "./core.ts";
import { list, objectBody, type Provider, type Scope } from "./list.ts";
import { keyOf } from "./objects.ts";
import { patch } from "./patch.ts";
import { logOf } from "./pods/log.ts";
import { linesOf, workloadOf } from "./pods/workload.ts";
import { type ApiRequest, type Target, targetOf, verbOf } from "./request.ts";
import { refusalOf, type User } from "./users.ts";
import { type Line, watch } from "./watch.ts";

export interface Context {
  readonly state: ClusterState;
  readonly resources: readonly Resource[];
  /** `undefined` lets everybody in. */
  readonly users: readonly User[] | undefined;
  readonly provider: Provider;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** An answer, or, for a watch, what to do with the connection from now on. */
export type Reply = Answer | ((line: Line) => void);

/** One request to its reply. Who may not ask learns nothing, not even whether the kind is installed. */
export function handle({ state, resources, users, provider, now }: Context, request: ApiRequest): Reply {
  const { pathname, searchParams: query } = new URL(request.path, "http://server");
  const target = targetOf(pathname);
  if (target === undefined) return notInstalled;
  const verb = verbOf(request.method, target, query);
  if (verb === undefined)
    return failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
  const refusal = users && refusalOf(users, now(), request.headers.authorization, verb, target);
  if (refusal) return refusal;
  const scope = scopeOf(state, resources, provider, target);
  if (scope === undefined) return notInstalled;
  const { name = "" } = target;
  switch (verb) {
    case "list":
      return list(scope, query);
    case "watch":
      return watch(scope, query);
    case "get":
      return target.subresource === "log" ? log(scope, name, query) : get(scope, name);
    case "patch":
      return patch(scope, name, query, request.headers["content-type"] ?? "", request.body);
    default:
      return verb satisfies never;
  }
}

function scopeOf(
  state: ClusterState,
  resources: readonly Resource[],
  provider: Provider,
  target: Target,
): Scope | undefined {
  const { group, version, plural, namespace, name, subresource } = target;
  const resource = resources.find((kind) => kind.group === group && kind.version === version && kind.plural === plural);
  if (resource === undefined) return undefined;
  const collection = resource === PODS ? workloadOf(state, resources, namespace) : state.collection(resource);
  // An object is asked for in its namespace, and `/status` shows all of it.
  if (collection === undefined || (name !== undefined && namespace === undefined)) return undefined;
  if (subresource !== undefined && subresource !== (resource === PODS ? "log" : "status")) return undefined;
  if (provider === "cci" && namespace === undefined) return undefined;
  return { state, resource, collection, namespace, provider };
}

function get({ resource, collection, namespace = "" }: Scope, name: string): Answer {
  const version = collection.get(keyOf(namespace, name));
  return version === undefined ? notFound(resource, name) : json(200, objectBody(resource, version.json));
}

function log({ collection, namespace = "" }: Scope, name: string, query: URLSearchParams): Answer {
  const pod = collection.get(keyOf(namespace, name))?.object;
  return logOf(pod, name, query, linesOf(pod));
}

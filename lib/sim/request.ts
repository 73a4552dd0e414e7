import type { IncomingHttpHeaders } from "node:http";

/** One request as it came in. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a path under /apis, or of the core group under /api, names. */
export interface Target {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

const PATH =
  /^\/(?:api|apis\/(?<group>[^/]+))\/(?<version>[^/]+)(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?$/;

/** Reads `/apis/{group}/{version}` or `/api/{version}`, then `[/namespaces/{namespace}]/{plural}[/{name}[/{subresource}]]`, or `undefined`. */
export function targetOf(path: string): Target | undefined {
  const parts = PATH.exec(path)?.groups;
  if (!parts) return undefined;
  const part = (name: string) => (parts[name] === undefined ? undefined : decodeURIComponent(parts[name]));
  return {
    group: part("group") ?? "",
    version: part("version") ?? "",
    plural: part("plural") ?? "",
    namespace: part("namespace"),
    name: part("name"),
    subresource: part("subresource"),
  };
}

export type Verb = "get" | "list" | "watch" | "patch";

/** What the request wants to do, or `undefined` for what the simulated server does not do. */
export function verbOf(method: string, target: Target, query: URLSearchParams): Verb | undefined {
  if (method === "PATCH") return target.name === undefined ? undefined : "patch";
  if (method !== "GET") return undefined;
  if (target.name !== undefined) return "get";
  return ["1", "true"].includes(query.get("watch") ?? "") ? "watch" : "list";
}

import { apiVersionOf } from "#jobs/event";
import type { Resource } from "#jobs/job";
import { type Answer, badRequest, failure, json, Refusal, status } from "./answer.ts";
import type { ClusterState } from "./cluster-state.ts";
import { type ContinueToken, decode, encode } from "./continue-token.ts";
import { isBuiltIn, typeMeta } from "./objects.ts";
import { fieldSelector, labelSelector, type Selector } from "./selectors.ts";
import type { Collection, Version } from "./storage.ts";

/** Whose API it is: `cci` has no runPolicy, no strictness, no dry runs and no list of all namespaces. */
export type Provider = "kubernetes" | "cci";

/** The part of a cluster that a list or a watch looks at. */
export interface Scope {
  readonly state: ClusterState;
  readonly resource: Resource;
  readonly collection: Collection;
  /** `undefined` is every namespace. */
  readonly namespace: string | undefined;
  readonly provider: Provider;
}

/** One page, or the whole list where no limit is given. All pages of a list show the moment of the first. */
export function list(scope: Scope, query: URLSearchParams): Answer {
  const limit = limitOf(query);
  const token = tokenOf(scope, query);
  const revision = token === undefined || token.revision < 0 ? momentOf(scope, query, limit) : token.revision;
  const all = inScope(scope, revision);
  const start = token === undefined ? 0 : firstFrom(all, prefixOf(scope) + token.start);
  const selected = selectorOf(query, scope.resource);
  const { items, end } = pageOf(all, start, selected, limit);
  const last = items.at(-1);
  if (end >= all.length || last === undefined) return json(200, listBody(scope.resource, items, { revision }));
  const next = encode({ revision, start: `/${last.key.slice(prefixOf(scope).length)}\0` });
  const remaining = isSelected(query) ? undefined : all.length - end;
  return json(200, listBody(scope.resource, items, { revision, next, remaining }));
}

/** The objects of the scope at that revision, in order. */
export function inScope({ collection, namespace }: Scope, revision: number): readonly Version[] {
  const versions = collection.at(revision);
  return namespace === undefined ? versions : versions.filter(({ object }) => object.metadata.namespace === namespace);
}

/** What the query's selectors let through. */
export function selectorOf(query: URLSearchParams, resource: Resource): Selector {
  const byLabel = labelSelector(query.get("labelSelector") ?? "");
  const byField = fieldSelector(query.get("fieldSelector") ?? "", resource);
  return (object) => byLabel(object) && byField(object);
}

const isSelected = (query: URLSearchParams) => Boolean(query.get("labelSelector") || query.get("fieldSelector"));
const prefixOf = ({ namespace }: Scope) => (namespace === undefined ? "" : `${namespace}/`);

function firstFrom(versions: readonly Version[], start: string): number {
  const index = versions.findIndex(({ key }) => key >= start);
  return index === -1 ? versions.length : index;
}

function limitOf(query: URLSearchParams): number | undefined {
  // The server's cache knows no pages: at version 0 the whole list comes, whatever the limit.
  const limit = Number(query.get("limit") ?? 0);
  return limit > 0 && query.get("resourceVersion") !== "0" ? limit : undefined;
}

function tokenOf({ state }: Scope, query: URLSearchParams): ContinueToken | undefined {
  const text = query.get("continue");
  if (!text) return undefined;
  if (!["", "0"].includes(query.get("resourceVersion") ?? "")) {
    throw new Refusal(badRequest("specifying resource version is not allowed when using continue"));
  }
  const token = decode(text);
  if (token.revision > state.revision) throw tooLarge(String(token.revision), state.revision);
  if (token.revision >= 0 && token.revision < state.oldestList) throw expired(token);
  return token;
}

function expired({ start }: ContinueToken): Refusal {
  const message =
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";
  const offered = { continue: encode({ revision: -1, start }) };
  return new Refusal(json(410, JSON.stringify(status(410, "Expired", message, undefined, offered))));
}

/** The revision that a list without a token shows: the newest, unless an exact one is asked for. */
function momentOf({ state }: Scope, query: URLSearchParams, limit: number | undefined): number {
  const asked = query.get("resourceVersion") ?? "";
  if (asked === "" || asked === "0") return state.revision;
  if (!/^\d+$/.test(asked)) throw new Refusal(badRequest(`Invalid value: "${asked}": invalid resource version`));
  const revision = Number(asked);
  if (revision > state.revision) throw tooLarge(asked, state.revision);
  const match = query.get("resourceVersionMatch");
  if (match !== "Exact" && (match === "NotOlderThan" || limit === undefined)) return state.revision;
  if (revision >= state.oldestList) return revision;
  throw new Refusal(failure(410, "Expired", "The resourceVersion for the provided list is too old."));
}

function tooLarge(asked: string, current: number): Refusal {
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  const { headers, ...answer } = failure(504, "Timeout", message, { causes, retryAfterSeconds: 1 });
  return new Refusal({ ...answer, headers: { ...headers, "retry-after": "1" } });
}

/** `end` is where the rest begins: after the last object that was looked at, selected or not. */
function pageOf(all: readonly Version[], start: number, selected: Selector, limit: number | undefined) {
  const items: Version[] = [];
  let end = start;
  while (end < all.length && (limit === undefined || items.length < limit)) {
    const version = all[end];
    if (version && selected(version.object)) items.push(version);
    end += 1;
  }
  return { items, end };
}

interface ListMeta {
  readonly revision: number;
  readonly next?: string;
  readonly remaining?: number | undefined;
}

function listBody(resource: Resource, versions: readonly Version[], { revision, next, remaining }: ListMeta): string {
  const apiVersion = JSON.stringify(apiVersionOf(resource));
  const kind = JSON.stringify(`${resource.kind}List`);
  const resourceVersion = String(revision);
  if (isBuiltIn(resource)) {
    const metadata = JSON.stringify({ resourceVersion, continue: next, remainingItemCount: remaining });
    const items = versions.map((version) => version.json).join(",");
    return `{"kind":${kind},"apiVersion":${apiVersion},"metadata":${metadata},"items":[${items}]}`;
  }
  const metadata = JSON.stringify({ continue: next ?? "", remainingItemCount: remaining, resourceVersion });
  const items = versions.map((version) => objectBody(resource, version.json)).join(",");
  return `{"apiVersion":${apiVersion},"items":[${items}],"kind":${kind},"metadata":${metadata}}`;
}

/** One object with its kind, as JSON. */
export function objectBody(resource: Resource, body: string): string {
  return `{${typeMeta(resource)},${body.slice(1)}`;
}

import type { Resource } from "#jobs/job";
import { failure, Refusal, status } from "./answer.ts";
import { inScope, objectBody, type Scope, selectorOf } from "./list.ts";
import { isBuiltIn, type KubeObject } from "./objects.ts";
import type { Selector } from "./selectors.ts";
import type { Change, Version } from "./storage.ts";

// The real server's: a bookmark a minute, and one two seconds before the end.
const BOOKMARK_EVERY_MS = 60_000;
const BOOKMARK_BEFORE_END_MS = 2000;

/** What a watch needs of the connection that it answers on. */
export interface Line {
  writeHead(status: number, headers: Record<string, string>): unknown;
  flushHeaders(): void;
  write(text: string): unknown;
  end(text?: string): unknown;
  on(event: "close", listener: () => void): unknown;
}

interface Watch {
  readonly scope: Scope;
  readonly selected: Selector;
  /** Changes after this revision are news; `undefined` asks for everything that exists first. */
  readonly from: number | undefined;
  readonly bookmarks: boolean;
  readonly timeoutMs: number | undefined;
}

/** Reads what is watched, or throws a refusal. Starting it answers on the connection until `timeoutSeconds` are over. */
export function watch(scope: Scope, query: URLSearchParams): (response: Line) => void {
  const seconds = Number(query.get("timeoutSeconds") ?? 0);
  const watched: Watch = {
    scope,
    selected: selectorOf(query, scope.resource),
    from: query.get("sendInitialEvents") === "true" ? undefined : revisionOf(query.get("resourceVersion") ?? ""),
    bookmarks: ["1", "true"].includes(query.get("allowWatchBookmarks") ?? ""),
    timeoutMs: seconds > 0 ? seconds * 1000 : undefined,
  };
  return (response) => start(watched, response);
}

function revisionOf(text: string): number | undefined {
  if (text === "" || text === "0") return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const message = `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`;
  throw new Refusal(failure(500, undefined, message));
}

function start(watched: Watch, response: Line): void {
  const { scope, from, timeoutMs } = watched;
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  const { oldestWatch } = scope.state;
  if (from !== undefined && from < oldestWatch) {
    response.end(`${errorLine(`too old resource version: ${from} (${oldestWatch})`)}\n`);
    return;
  }
  for (const line of from === undefined ? initialLines(watched) : replayed(watched, from)) response.write(`${line}\n`);
  follow(watched, response);
  if (timeoutMs !== undefined) setEnd(timeoutMs, response);
}

function setEnd(timeoutMs: number, response: Line): void {
  const timer = setTimeout(() => response.end(), timeoutMs);
  response.on("close", () => clearTimeout(timer));
}

function follow(watched: Watch, response: Line): void {
  const { collection } = watched.scope;
  const stop = collection.listen((change) => {
    if (change.revision <= (watched.from ?? 0)) return;
    for (const line of eventLines(watched, change)) response.write(`${line}\n`);
  });
  const timers = watched.bookmarks ? bookmarkTimers(watched, response) : [];
  response.on("close", () => {
    stop();
    timers.forEach(clearTimeout);
  });
}

function bookmarkTimers({ scope, timeoutMs }: Watch, response: Line): readonly NodeJS.Timeout[] {
  const mark = () => response.write(`${bookmarkLine(scope.resource, scope.state.revision)}\n`);
  const timers = [setInterval(mark, BOOKMARK_EVERY_MS)];
  if (timeoutMs !== undefined && timeoutMs > BOOKMARK_BEFORE_END_MS) {
    timers.push(setTimeout(mark, timeoutMs - BOOKMARK_BEFORE_END_MS));
  }
  return timers;
}

function initialLines({ scope, selected, bookmarks }: Watch): readonly string[] {
  const { resource, state } = scope;
  const existing = inScope(scope, state.revision).filter(({ object }) => selected(object));
  const added = existing.map((version) => eventLine("ADDED", resource, version.json));
  return bookmarks
    ? [...added, bookmarkLine(resource, state.revision, { "k8s.io/initial-events-end": "true" })]
    : added;
}

function replayed(watched: Watch, from: number): readonly string[] {
  return watched.scope.collection.since(from).flatMap((change) => eventLines(watched, change));
}

/** With a selector, an object that comes to match is ADDED and one that ceases to is DELETED, though both live on. */
function eventLines({ scope, selected }: Watch, { before, after, revision }: Change): readonly string[] {
  const was = seen(before);
  const is = seen(after);
  if (is) return [eventLine(was ? "MODIFIED" : "ADDED", scope.resource, is.json)];
  return was ? [eventLine("DELETED", scope.resource, lastState(was, revision))] : [];

  function seen(version: Version | undefined): Version | undefined {
    return version && isInScope(scope, version.object) && selected(version.object) ? version : undefined;
  }
}

function isInScope({ namespace }: Scope, { metadata }: KubeObject): boolean {
  return namespace === undefined || metadata.namespace === namespace;
}

// What was seen last, with the version at which it went.
function lastState({ object }: Version, revision: number): string {
  return JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } });
}

function eventLine(type: string, resource: Resource, body: string): string {
  return `{"type":"${type}","object":${objectBody(resource, body)}}`;
}

function errorLine(message: string): string {
  return `{"type":"ERROR","object":${JSON.stringify(status(410, "Expired", message))}}`;
}

function bookmarkLine(resource: Resource, revision: number, annotations?: Record<string, string>): string {
  const resourceVersion = String(revision);
  if (!isBuiltIn(resource))
    return eventLine("BOOKMARK", resource, JSON.stringify({ metadata: { annotations, resourceVersion } }));
  // An empty Job as its Go type writes it.
  const spec = { template: { metadata: {}, spec: { containers: null } } };
  const body = { metadata: { resourceVersion, annotations }, spec, status: {} };
  return eventLine("BOOKMARK", resource, JSON.stringify(body));
}

import { setImmediate as sent } from "node:timers/promises";
import { type Api, fetchJson } from "./api.ts";
import type { Call } from "./call.ts";
import { ClusterError, type List, type ListQuery } from "./cluster.ts";
import { type Page, pageFields, readPage } from "./page.ts";
import { type PageSize, pageSizeOf, shrink } from "./page-size.ts";
import { pathOf } from "./path.ts";
import { type Patience, patiently } from "./patience.ts";

/** What one list needs: whom to ask for what, and how long to wait when asked to. */
export interface Reading {
  readonly api: Api;
  readonly query: ListQuery;
  readonly size: PageSize;
  readonly patience: Patience;
  readonly signal: AbortSignal;
}

export function readingOf(api: Api, patience: Patience, query: ListQuery, signal: AbortSignal): Reading {
  return { api, query, size: pageSizeOf(query), patience, signal };
}

type Read<T> = (object: unknown) => T | undefined;

/** A complete list of one moment. Where the server lost that moment half way, everything is read again, once. */
export async function readList<T>(
  api: Api,
  patience: Patience,
  query: ListQuery,
  read: Read<T>,
  signal: AbortSignal,
  onAgain: () => void = () => {},
): Promise<List<T>> {
  const reading = readingOf(api, patience, query, signal);
  try {
    return await readOnce(reading, read);
  } catch (error) {
    // The Status may offer a token for the rest. It is not used: what it lists is of another moment.
    if (!(error instanceof ClusterError && error.code === "gone")) throw error;
    onAgain();
    return readOnce(reading, read);
  }
}

async function readOnce<T>(reading: Reading, read: Read<T>): Promise<List<T>> {
  const stop = new AbortController();
  const items: T[] = [];
  let resourceVersion = "";
  try {
    for await (const page of pages({ ...reading, signal: AbortSignal.any([reading.signal, stop.signal]) })) {
      resourceVersion = page.resourceVersion;
      for (const object of page.items) {
        const kept = read(object);
        if (kept !== undefined) items.push(kept);
      }
    }
    return { resourceVersion, items };
  } finally {
    stop.abort();
  }
}

// While a page is with its reader, the server makes the next one: a reader holds the event loop, so the request must be
// on the wire before.
async function* pages(reading: Reading): AsyncGenerator<Page> {
  const tokens = new Set<string>();
  let page = await fetchPage(reading, undefined);
  const { resourceVersion } = page;
  while (page.next !== undefined) {
    if (tokens.has(page.next)) throw looping(reading.api.access.name);
    tokens.add(page.next);
    const next = fetchPage(reading, page.next);
    next.catch(() => {}); // heard below, unless the reader stops first
    await sent();
    yield page;
    page = await next;
    if (page.resourceVersion !== resourceVersion) throw changed(reading.api.access.name);
  }
  yield page;
}

/** One page, smaller than asked for where that would be too large; the first where there is no token. */
export async function fetchPage(reading: Reading, token: string | undefined): Promise<Page> {
  for (;;) {
    try {
      return await askForPage(reading, token);
    } catch (error) {
      if (!shrink(reading.size, error)) throw error;
    }
  }
}

async function askForPage(reading: Reading, token: string | undefined): Promise<Page> {
  const { api, query, patience, signal } = reading;
  const { resource, namespace, timeoutSeconds } = query;
  const call: Call = { cluster: api.access.name, verb: "list", resource, namespace };
  const path = `${pathOf(resource, namespace)}?${parametersOf(reading, token)}`;
  // The server ends a list that takes longer than its timeoutSeconds by itself: its answer is worth waiting for.
  const timeouts = timeoutSeconds === undefined ? {} : { headersMs: (timeoutSeconds + 10) * 1000 };
  const { body } = await patiently(patience, signal, () =>
    fetchJson(api, call, { method: "GET", path, timeouts }, signal, pageFields(query.fields)),
  );
  return readPage(call.cluster, resource, body);
}

function parametersOf({ query, size }: Reading, token: string | undefined): URLSearchParams {
  const { labelSelector, fieldSelector, timeoutSeconds } = query;
  const { limit, resourceVersion } = size;
  const all = {
    limit,
    labelSelector,
    fieldSelector,
    timeoutSeconds,
    continue: token,
    // A token stands for a version already; both together are refused (400).
    resourceVersion: token === undefined ? resourceVersion : undefined,
  };
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(all)) if (value !== undefined) parameters.set(key, String(value));
  return parameters;
}

function changed(cluster: string): ClusterError {
  return new ClusterError(
    "gone",
    cluster,
    `cluster "${cluster}" changed the list's version between two pages: list again`,
  );
}

function looping(cluster: string): ClusterError {
  const says = "check what stands between here and it";
  return new ClusterError(
    "not-kubernetes",
    cluster,
    `cluster "${cluster}" sends the same page again and again: ${says}`,
  );
}

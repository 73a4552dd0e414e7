import type { Resource } from "#jobs/job";
import type { Fields } from "#jobs/kinds/reader";

/** Which jobs of one kind to list. Selectors are passed on as they are. */
export interface ListQuery {
  readonly resource: Resource;
  /** `""` is all of them, as in client-go; not every account may list them. */
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects a page. */
  readonly limit: number;
  /** How long the server may take for one page. */
  readonly timeoutSeconds?: number;
  /** Left out, the list is the newest; `"0"` lets the server answer from its cache, whole, whatever `limit` says. */
  readonly resourceVersion?: string;
  /** What is read of each object; all of it where left out. The rest is not even parsed. */
  readonly fields?: Fields;
}

/** One complete and consistent list: every page was read, and all pages show the same moment. */
export interface List<T> {
  readonly resourceVersion: string;
  readonly items: readonly T[];
}

/** Of which jobs to be told what changes. */
export interface WatchQuery extends Pick<ListQuery, "resource" | "namespace" | "labelSelector" | "fieldSelector"> {
  /** The version of a list or of an event: told is what came after it. */
  readonly resourceVersion: string;
  /** After how long the server ends the watch. */
  readonly timeoutSeconds: number;
}

/** One change. `deleted` may only mean that the object left the selector. A `bookmark` says that there was nothing more up to that version. */
export type WatchEvent<T> =
  | { readonly type: "added" | "modified" | "deleted"; readonly resourceVersion: string; readonly object: T }
  | { readonly type: "bookmark"; readonly resourceVersion: string };

/** What the server sent without a pause. */
export interface Burst<T> {
  readonly events: readonly WatchEvent<T>[];
  /** `quiet`: it fell silent; `more`: there is more to read at once. Otherwise nothing follows: it ended the watch (`ended`), was lost on the way (`broken`), has forgotten that version (`gone`), or says something else (`error`). */
  readonly state: "quiet" | "more" | "ended" | "broken" | "gone" | "error";
}

/** A watch that is open, to be closed by whoever opened it. */
export interface WatchStream<T> {
  /** The next burst, or none where the server is silent for `waitMs`, or for as long as it takes to know that nothing is left to tell. Never throws. */
  next(waitMs?: number): Promise<Burst<T>>;
  close(): void;
}

/** The pods of jobs, as the API names them. */
export const PODS: Resource = { group: "", version: "v1", kind: "Pod", plural: "pods" };

/** The end of which container's log. */
export interface LogQuery {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly lines: number;
  /** Of these lines so many bytes from their beginning, also where the server sends more. */
  readonly maxBytes: number;
  /** Of the container that was there before the last restart. */
  readonly previous?: true;
}

/** Requests and uncompressed body bytes since the cluster was opened. */
interface Traffic {
  readonly requests: number;
  readonly bytesRead: number;
}

/** One Kubernetes API, as the rest of Jobbell sees it. Every method throws {@link ClusterError} and nothing else, except for an abort. */
export interface Cluster {
  readonly name: string;
  /** Reads a list page by page to its end. `read` sees each object once a try, in order; what it returns is kept, `undefined` is not. `onAgain` hears that the list is read from its beginning once more: what `read` saw so far is void. A list that could not be read to its end is an error, never a shorter list. */
  list<T>(
    query: ListQuery,
    read: (object: unknown) => T | undefined,
    signal: AbortSignal,
    onAgain?: () => void,
  ): Promise<List<T>>;
  /** Opens a watch: it tells at once what changed since the query's version, and then what changes. `read` sees each object once, in order. */
  watch<T>(query: WatchQuery, read: (object: unknown) => T, signal: AbortSignal): Promise<WatchStream<T>>;
  /** One object, or `undefined` where the API says that there is none of that name. */
  get(resource: Resource, namespace: string, name: string, signal: AbortSignal): Promise<unknown | undefined>;
  /** The last lines of a container's log, as their bytes came. A pod that is gone is `not-found`, a container that never ran `invalid`. */
  log(query: LogQuery, signal: AbortSignal): Promise<Buffer>;
  traffic(): Traffic;
  close(): Promise<void>;
}

/** What people do to single jobs by command, beside what a tick needs. Throws as {@link Cluster} does. */
export interface JobApi extends Cluster {
  /** The first `limit` objects of a list that may be longer, and whether it is. */
  first(query: ListQuery, signal: AbortSignal): Promise<Beginning>;
  /** One object as its `/status` shows it, or as itself where the API has no such resource; `undefined` where there is none of that name. */
  status(resource: Resource, namespace: string, name: string, signal: AbortSignal): Promise<unknown | undefined>;
  /** Changes one object. None of that name is `not-found`, another version than the patch asks for is `conflict`. */
  patch(patch: Patch, signal: AbortSignal): Promise<Patched>;
}

/** The beginning of a list. */
export interface Beginning {
  readonly items: readonly unknown[];
  readonly more: boolean;
}

/** A change of one object. */
export interface Patch {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  /** A JSON merge patch (RFC 7396): `null` takes a field away. */
  readonly merge: Readonly<Record<string, unknown>>;
  /** The server does all but keep it. A server that does not know of dry runs would keep it. */
  readonly dryRun?: boolean;
  /** Refuse fields that the kind does not have, which are dropped otherwise. Servers before 1.25 drop them all the same. */
  readonly strict?: boolean;
}

/** An object after its change, and what the server remarked. */
export interface Patched {
  readonly object: unknown;
  readonly warnings: readonly string[];
}

export type ClusterErrorCode =
  | "unauthorized" // 401
  | "forbidden" // 403
  | "not-installed" // 404 on a collection: the API server has no such kind
  | "not-found" // 404 on an object: no job of that name
  | "conflict" // 409: somebody else was faster
  | "gone" // 410 twice in one list
  | "invalid" // 400, 415, 422
  | "throttled" // 429
  | "unavailable" // 5xx
  | "timeout"
  | "unreachable" // refused, reset, no such host
  | "tls" // a certificate that is not trusted, or not for this host
  | "too-large" // an answer of more bytes than anybody should hold
  | "not-kubernetes" // an answer that no API server gives
  | "credentials"; // what should have made a token failed

/** Why the API could not be read. The message is one line, names the cluster and never its address or a secret. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
  readonly code: ClusterErrorCode;
  readonly cluster: string;
  /** What the server asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ClusterErrorCode,
    cluster: string,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.cluster = cluster;
    this.retryAfterMs = options.retryAfterMs;
  }
}

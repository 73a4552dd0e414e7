import type { Resource } from "#jobs/job";

/** Which jobs of one namespace and kind to list. Selectors are passed on as they are. */
export interface ListQuery {
  readonly resource: Resource;
  readonly namespace: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects a page. */
  readonly limit: number;
  /** How long the server may take for one page. */
  readonly timeoutSeconds?: number;
  /** Left out, the list is the newest; `"0"` lets the server answer from its cache, whole, whatever `limit` says. */
  readonly resourceVersion?: string;
}

/** One complete and consistent list: every page was read, and all pages show the same moment. */
export interface List<T> {
  readonly resourceVersion: string;
  readonly items: readonly T[];
}

/** Requests and uncompressed body bytes since the cluster was opened. */
interface Traffic {
  readonly requests: number;
  readonly bytesRead: number;
}

/** One Kubernetes API, as the rest of Jobbell sees it. Every method throws {@link ClusterError} and nothing else, except for an abort. */
export interface Cluster {
  readonly name: string;
  /** Reads a list page by page to its end. `read` sees each object once a try, in order; what it returns is kept, `undefined` is not. A list that could not be read to its end is an error, never a shorter list. */
  list<T>(query: ListQuery, read: (object: unknown) => T | undefined, signal: AbortSignal): Promise<List<T>>;
  /** One object, or `undefined` where the API says that there is none of that name. */
  get(resource: Resource, namespace: string, name: string, signal: AbortSignal): Promise<unknown | undefined>;
  traffic(): Traffic;
  close(): Promise<void>;
}

export type ClusterErrorCode =
  | "unauthorized" // 401
  | "forbidden" // 403
  | "not-installed" // 404 on a collection: the API server has no such kind
  | "gone" // 410 twice in one list
  | "invalid" // 400, 422
  | "throttled" // 429
  | "unavailable" // 5xx
  | "timeout"
  | "unreachable" // refused, reset, no such host
  | "tls" // a certificate that is not trusted, or not for this host
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

import { ClusterError, type ListQuery } from "./cluster.ts";

/** What a list asks for at a time, which its pages may turn out to be too large for. */
export interface PageSize {
  limit: number;
  resourceVersion: string | undefined;
}

/** As the query would have it. */
export function pageSizeOf({ limit, resourceVersion }: ListQuery): PageSize {
  return { limit, resourceVersion };
}

/**
 * Asks for less after a page that was too large, from here to the end of the list. False where less cannot be asked for:
 * one object is too large, or the server does not mind the limit. A quarter at a time, since each try is read as far as
 * may be held.
 */
export function shrink(size: PageSize, error: unknown): boolean {
  if (!(error instanceof ClusterError && error.code === "too-large")) return false;
  // From its cache the server sends everything at once, whatever the limit.
  if (size.resourceVersion === "0") {
    size.resourceVersion = undefined;
    return true;
  }
  if (size.limit <= 1) return false;
  size.limit = Math.max(1, Math.floor(size.limit / 4));
  return true;
}

import type { Api } from "./api.ts";
import { fetchStream } from "./api.ts";
import type { Call } from "./call.ts";
import type { WatchQuery, WatchStream } from "./cluster.ts";
import { pathOf } from "./path.ts";
import { type Patience, patiently } from "./patience.ts";
import { burstsOf } from "./watch-bursts.ts";
import { eventsOf } from "./watch-events.ts";

// A real server replays within 20 ms after the answer's first line, and then there is no sign but silence. One that was
// slow to begin, or is far away, gets as long again as it took.
const LEAST_QUIET_MS = 50;
const MOST_QUIET_MS = 500;
// A server sends a bookmark a minute: after more silence than that, nobody is there any more.
const MOST_IDLE_MS = 90_000;
const END_MS = 10_000;

/** Opens a watch; answers when the server has begun to answer. Throws `ClusterError`, or the signal's reason. */
export async function openWatch<T>(
  api: Api,
  patience: Patience,
  query: WatchQuery,
  read: (object: unknown) => T,
  signal: AbortSignal,
): Promise<WatchStream<T>> {
  const { resource, namespace, timeoutSeconds } = query;
  const call: Call = { cluster: api.access.name, verb: "watch", resource, namespace };
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const request = {
    method: "GET",
    path: `${pathOf(resource, namespace)}?${parametersOf(query)}`,
    // What is compressed on the way may be held back on the way.
    headers: { "accept-encoding": "identity" },
    timeouts: { idleMs: Math.min(timeoutSeconds * 1000 + END_MS, MOST_IDLE_MS) },
    pool: "watch",
  } as const;
  let asked = 0;
  const ask = () => {
    asked = performance.now();
    return fetchStream(api, call, request, either);
  };
  const { body } = await patiently(patience, signal, ask, ({ code }) => code === "throttled");
  const quietMs = Math.min(Math.max(performance.now() - asked, LEAST_QUIET_MS), MOST_QUIET_MS);
  return burstsOf(eventsOf(body, resource, read), quietMs, () => stop.abort());
}

function parametersOf({ resourceVersion, timeoutSeconds, labelSelector, fieldSelector }: WatchQuery): URLSearchParams {
  return new URLSearchParams({
    watch: "1",
    resourceVersion,
    allowWatchBookmarks: "true",
    timeoutSeconds: String(timeoutSeconds),
    ...(labelSelector !== undefined && { labelSelector }),
    ...(fieldSelector !== undefined && { fieldSelector }),
  });
}

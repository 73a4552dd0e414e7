import { type Api, fetchBytes } from "./api.ts";
import type { Call } from "./call.ts";
import { type LogQuery, PODS } from "./cluster.ts";
import { pathOf } from "./path.ts";
import { type Patience, patiently } from "./patience.ts";

/** The last lines of a container's log, of at most so many bytes. */
export async function readLog(api: Api, patience: Patience, query: LogQuery, signal: AbortSignal): Promise<Buffer> {
  const { namespace, pod, maxBytes } = query;
  const call: Call = {
    ...{ cluster: api.access.name, verb: "get", resource: PODS, namespace },
    ...{ name: pod, subresource: "log" },
  };
  const path = `${pathOf(PODS, namespace, pod, "log")}?${parametersOf(query)}`;
  // Text is answered also to who asks for JSON alone, as errors come; kubectl says both.
  const request = { method: "GET", path, headers: { accept: "application/json, */*" } } as const;
  return patiently(patience, signal, () => fetchBytes(api, call, request, maxBytes, signal));
}

function parametersOf({ container, lines, maxBytes, previous }: LogQuery): URLSearchParams {
  return new URLSearchParams({
    container,
    tailLines: String(lines),
    limitBytes: String(maxBytes),
    ...(previous && { previous: "true" }),
  });
}

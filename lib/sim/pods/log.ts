import { type Answer, badRequest, notFound } from "../answer.ts";
import { PODS } from "../core.ts";
import type { KubeObject } from "../objects.ts";

/** The end of a container's log, or why there is none, as the API server passes on what the kubelet says. */
export function logOf(
  pod: KubeObject | undefined,
  name: string,
  query: URLSearchParams,
  lines: readonly string[],
): Answer {
  if (pod === undefined) return notFound(PODS, name);
  const container = query.get("container") ?? "";
  const { containerStatuses = [], initContainerStatuses = [] } = (pod.status ?? {}) as Statuses;
  const its = [...initContainerStatuses, ...containerStatuses].find((each) => each.name === container);
  const { waiting, running, terminated } = its?.state ?? { waiting: { reason: "ContainerCreating" } };
  if (query.get("previous") === "true" && !its?.lastState?.terminated)
    return badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  if (!running && !terminated && !its?.lastState?.terminated)
    return badRequest(`container "${container}" in pod "${name}" is waiting to start: ${waiting?.reason}`);
  const last = lines.slice(-Number(query.get("tailLines") ?? lines.length));
  const text = last.map((line) => `${line}\n`).join("");
  const body = text.slice(0, Number(query.get("limitBytes") ?? text.length));
  return { status: 200, headers: { "content-type": "text/plain" }, body };
}

interface Statuses {
  readonly containerStatuses?: readonly Status[];
  readonly initContainerStatuses?: readonly Status[];
}

interface Status {
  readonly name: string;
  readonly state: {
    readonly waiting?: { readonly reason?: string };
    readonly running?: object;
    readonly terminated?: object;
  };
  readonly lastState?: { readonly terminated?: object };
}

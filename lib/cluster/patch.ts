import { oneLine } from "#text/clean";
import { type Api, fetchJson } from "./api.ts";
import type { Call } from "./call.ts";
import type { ClusterError, Patch, Patched } from "./cluster.ts";
import { objectOf } from "./get.ts";
import { pathOf } from "./path.ts";
import { type Patience, patiently } from "./patience.ts";

/** Changes one object by a merge patch, the one sort of patch that every API for jobs takes. */
export async function patchObject(api: Api, patience: Patience, patch: Patch, signal: AbortSignal): Promise<Patched> {
  const { resource, namespace, name } = patch;
  const call: Call = { cluster: api.access.name, verb: "patch", resource, namespace, name };
  const request = {
    method: "PATCH",
    path: pathOf(resource, namespace, name) + parametersOf(patch),
    headers: { "content-type": "application/merge-patch+json" },
    body: JSON.stringify(patch.merge),
  } as const;
  const { body, headers } = await patiently(patience, signal, () => fetchJson(api, call, request, signal), wasNotTaken);
  return { object: objectOf(call, body), warnings: warningsIn(headers.warning ?? "") };
}

// Of a 503 nobody knows whether the change was made; who is throttled was not even listened to.
function wasNotTaken(error: ClusterError): boolean {
  return error.code === "throttled";
}

function parametersOf({ dryRun, strict }: Patch): string {
  const parameters = [...(dryRun ? ["dryRun=All"] : []), ...(strict ? ["fieldValidation=Strict"] : [])];
  return parameters.length === 0 ? "" : `?${parameters.join("&")}`;
}

/** `299 - "unknown field", 299 - "…"` -> the texts. */
function warningsIn(header: string): readonly string[] {
  const texts = header.matchAll(/\b\d{3} \S+ "(?<text>(?:[^"\\]|\\.)*)"/g);
  return [...texts].map(({ groups }) => oneLine((groups?.text ?? "").replace(/\\(.)/g, "$1")));
}

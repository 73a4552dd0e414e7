import type { Resource } from "#jobs/job";
import type { Patch } from "./cluster.ts";

/** Whose API it is: they differ in what may be changed, and where it stands. */
export type Provider = "kubernetes" | "cci";

/** What people change of a job. `null` takes something away, what is left out stays. */
export interface Change {
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
  readonly activeDeadlineSeconds?: number | null;
  readonly ttlSecondsAfterFinished?: number | null;
  readonly cleanPodPolicy?: "None" | "Running" | "All";
  readonly parallelism?: number;
  readonly completions?: number;
}

export type Changeable = keyof Change;

type Places = Readonly<Partial<Record<Changeable, readonly string[]>>>;

const LABELS: Places = { labels: ["metadata", "labels"] };
const METADATA: Places = { ...LABELS, annotations: ["metadata", "annotations"] };
const PODS: Places = { parallelism: ["spec", "parallelism"], completions: ["spec", "completions"] };
const TIMES: Places = {
  activeDeadlineSeconds: ["spec", "activeDeadlineSeconds"],
  ttlSecondsAfterFinished: ["spec", "ttlSecondsAfterFinished"],
};
const POLICY: Places = {
  activeDeadlineSeconds: ["spec", "runPolicy", "activeDeadlineSeconds"],
  ttlSecondsAfterFinished: ["spec", "runPolicy", "ttlSecondsAfterFinished"],
  cleanPodPolicy: ["spec", "runPolicy", "cleanPodPolicy"],
};

const PLACES: Readonly<Record<Provider, Readonly<Record<"batch" | "kubeflow", Places>>>> = {
  kubernetes: { batch: { ...METADATA, ...TIMES, ...PODS }, kubeflow: { ...METADATA, ...POLICY } },
  // What its pages list. It has no runPolicy: the same fields stand in the spec itself.
  cci: {
    batch: { ...LABELS, ...PODS },
    kubeflow: { ...METADATA, ...TIMES, cleanPodPolicy: ["spec", "cleanPodPolicy"] },
  },
};

/** What may be changed of a job of that kind, and the path of each such field in the object. */
export function changeable(provider: Provider, { group }: Resource): Places {
  return PLACES[provider][group === "batch" ? "batch" : "kubeflow"];
}

/** The merge patch that makes a change, or what of the change the API does not allow for that kind. */
export function mergeOf(
  provider: Provider,
  resource: Resource,
  change: Change,
): { readonly merge: Patch["merge"] } | { readonly refused: Changeable } {
  const places = changeable(provider, resource);
  let merge: Patch["merge"] = {};
  for (const [field, value] of Object.entries(change) as [Changeable, unknown][]) {
    if (value === undefined) continue;
    const path = places[field];
    if (path === undefined) return { refused: field };
    merge = withAt(merge, path, value);
  }
  return { merge };
}

/** A merge patch that also asks for one version: `conflict`, where the object has another by now. */
export function ifVersion(merge: Patch["merge"], resourceVersion: string): Patch["merge"] {
  return withAt(merge, ["metadata", "resourceVersion"], resourceVersion);
}

function withAt(object: unknown, path: readonly string[], value: unknown): Patch["merge"] {
  const [key = "", ...rest] = path;
  const fields = isFields(object) ? object : {};
  return { ...fields, [key]: rest.length === 0 ? value : withAt(fields[key], rest, value) };
}

/** What a merge patch makes of an object (RFC 7396). */
export function merged(target: unknown, change: unknown): unknown {
  if (!isFields(change)) return change;
  const result = new Map(Object.entries(isFields(target) ? target : {}));
  for (const [name, part] of Object.entries(change)) {
    if (part === null) result.delete(name);
    else result.set(name, merged(result.get(name), part));
  }
  return Object.fromEntries(result);
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

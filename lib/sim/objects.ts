import { apiVersionOf } from "#jobs/event";
import type { Resource } from "#jobs/job";

/** An object as the API knows it. Fields that nobody here reads are kept as they are. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: ObjectMeta;
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

export interface ObjectMeta {
  name: string;
  namespace: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  managedFields?: unknown[];
  [field: string]: unknown;
}

/** The place of an object in a list, whose order is that of this string. */
export function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** Built-in kinds and custom ones differ in the order of their fields and in how a list ends: only the former have Go types. */
export function isBuiltIn(resource: Resource): boolean {
  return !resource.group.includes(".");
}

/** The opening of an object's JSON, which comes in front of its other fields. */
export function typeMeta(resource: Resource): string {
  const kind = `"kind":${JSON.stringify(resource.kind)}`;
  const apiVersion = `"apiVersion":${JSON.stringify(apiVersionOf(resource))}`;
  return isBuiltIn(resource) ? `${kind},${apiVersion}` : `${apiVersion},${kind}`;
}

// The order of the fields in the Go types, as far as it is seen in answers.
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  "": ["metadata", "spec", "status"],
  metadata: [
    ...["name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp"],
    ...["deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers", "managedFields"],
  ],
  status: [
    ...["conditions", "startTime", "completionTime", "active", "succeeded", "failed", "terminating"],
    ...["uncountedTerminatedPods", "ready"],
  ],
};

/** A copy of the object with its fields in the order in which the API server writes them, without kind and apiVersion. */
export function arranged(resource: Resource, { apiVersion: _, kind: __, ...object }: KubeObject): KubeObject {
  return (isBuiltIn(resource) ? inFieldOrder(object, "") : sorted(object)) as KubeObject;
}

function inFieldOrder(value: object, path: string): object {
  const fields = FIELDS[path];
  if (fields === undefined) return path === "labels" || path === "annotations" ? sorted(value) : structuredClone(value);
  const rank = (name: string) => (fields.includes(name) ? fields.indexOf(name) : fields.length);
  const entries = Object.entries(value).toSorted(([a], [b]) => rank(a) - rank(b));
  return Object.fromEntries(entries.map(([name, part]) => [name, isRecord(part) ? inFieldOrder(part, name) : part]));
}

function sorted<T>(value: T): T {
  if (Array.isArray(value)) return value.map(sorted) as T;
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, sorted(part)])) as T;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

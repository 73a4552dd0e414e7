import { apiVersionOf } from "#jobs/event";
import type { Resource } from "#jobs/job";
import { isBuiltIn, isRecord, type KubeObject } from "./objects.ts";

/** The entry of whoever created the object: its labels, its annotations and its spec. Real ones go deeper. */
export function ownFields(resource: Resource, { metadata, spec = {} }: KubeObject, time: string): object {
  const { labels, annotations } = metadata;
  const written = { ...(annotations && { annotations }), ...(labels && { labels }) };
  const fields = { "f:metadata": fieldsOf(written, 2), "f:spec": fieldsOf(spec, 1) };
  return { ...entry("kubectl-create", resource, time), fieldsV1: fields };
}

/** The entry of the kind's controller. */
export function statusFields(resource: Resource, { status = {} }: KubeObject, time: string): object {
  const controller = isBuiltIn(resource) ? "kube-controller-manager" : "training-operator";
  return { ...entry(controller, resource, time), fieldsV1: { "f:status": fieldsOf(status, 1) }, subresource: "status" };
}

export function isOfStatus(managed: unknown): boolean {
  return isRecord(managed) && managed.subresource === "status";
}

function entry(manager: string, resource: Resource, time: string): object {
  return { manager, operation: "Update", apiVersion: apiVersionOf(resource), time, fieldsType: "FieldsV1" };
}

function fieldsOf(value: object, depth: number): object {
  const names = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const fields = names.map(([name, part]) => [
    `f:${name}`,
    depth > 1 && isRecord(part) ? fieldsOf(part, depth - 1) : {},
  ]);
  return { ".": {}, ...Object.fromEntries(fields) };
}

import type { Resource } from "#jobs/job";

/** `/apis/{group}/{version}/namespaces/{namespace}/{plural}`, with `/{name}` where one is given. */
export function pathOf({ group, version, plural }: Resource, namespace: string, name?: string): string {
  const root = group === "" ? ["api", version] : ["apis", group, version];
  const segments = [...root, "namespaces", namespace, plural, ...(name === undefined ? [] : [name])];
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join("");
}

import type { Resource } from "#jobs/job";

/** `/apis/{group}/{version}[/namespaces/{namespace}]/{plural}` (`""` is all of them), with `/{name}` and `/{subresource}` where they are given. */
export function pathOf({ group, version, plural }: Resource, namespace: string, ...object: readonly string[]): string {
  const root = group === "" ? ["api", version] : ["apis", group, version];
  const scope = namespace === "" ? [] : ["namespaces", namespace];
  return [...root, ...scope, plural, ...object].map((segment) => `/${encodeURIComponent(segment)}`).join("");
}

import type { Resource } from "#jobs/job";

/** What a request wants, in the words of Kubernetes' authorization: what an error about it speaks of. */
export interface Call {
  readonly cluster: string;
  readonly verb: "get" | "list" | "watch" | "patch";
  readonly resource: Resource;
  /** `""` is all of them. */
  readonly namespace: string;
  /** Of the object, where there is one. */
  readonly name?: string;
  readonly subresource?: "status" | "log";
}

/** `tfjobs.kubeflow.org`, or `pods` for the core group. */
export function resourceName({ plural, group }: Resource): string {
  return group === "" ? plural : `${plural}.${group}`;
}

import type { Resource } from "#jobs/job";

export const PODS: Resource = { group: "", version: "v1", kind: "Pod", plural: "pods" };
export const EVENTS: Resource = { group: "", version: "v1", kind: "Event", plural: "events" };

import type { Resource } from "#jobs/job";

export const EVENTS: Resource = { group: "", version: "v1", kind: "Event", plural: "events" };

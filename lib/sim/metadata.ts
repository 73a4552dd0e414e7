import { createHash, randomUUID } from "node:crypto";
import { rfc3339 } from "#jobs/event";
import type { Resource } from "#jobs/job";
import { isOfStatus, ownFields, statusFields } from "./managed-fields.ts";
import { isBuiltIn, type KubeObject, type ObjectMeta } from "./objects.ts";

/** Milliseconds since 1970 as the API server writes a time: whole seconds, UTC. */
export function timeOf(millis: number): string {
  return rfc3339(Math.floor(millis / 1000));
}

/** Makes uids: with a seed the same ones in the same order in every run. */
export function uidsFrom(seed: string | undefined): () => string {
  if (seed === undefined) return randomUUID;
  let made = 0;
  return () => {
    made += 1;
    const digest = createHash("sha256").update(`${seed}\0${made}`).digest("hex");
    return digest.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, "$1-$2-4$3-a$4-$5");
  };
}

/** What the API server adds to a new object. What a recording brings along is kept. */
export function born(resource: Resource, object: KubeObject, uid: () => string, now: string): KubeObject {
  const { metadata, ...rest } = object;
  const identity = { ...metadata, uid: metadata.uid ?? uid() };
  const added = { generation: metadata.generation ?? 1, creationTimestamp: metadata.creationTimestamp ?? now };
  const managedFields = metadata.managedFields ?? [ownFields(resource, object, now)];
  // A Go type writes its status even when there is none.
  const status = isBuiltIn(resource) ? { status: {} } : {};
  return { ...status, ...rest, spec: rest.spec ?? {}, metadata: { ...identity, ...added, managedFields } };
}

/** What the API server adds to a change: a changed spec is a new generation, and who wrote what is written down. */
export function changed(resource: Resource, before: KubeObject, after: KubeObject, now: string): KubeObject {
  const { generation = 1, managedFields = [] } = before.metadata;
  const [status, others] = [managedFields.filter(isOfStatus), managedFields.filter((entry) => !isOfStatus(entry))];
  const metadata: ObjectMeta = {
    ...after.metadata,
    generation: same(before.spec, after.spec) ? generation : generation + 1,
    managedFields: [
      ...(same(ownPart(before), ownPart(after)) ? others : [ownFields(resource, after, now)]),
      ...(same(before.status, after.status) ? status : [statusFields(resource, after, now)]),
    ],
  };
  return { ...after, metadata };
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const ownPart = ({ metadata: { labels, annotations }, spec }: KubeObject) => ({ labels, annotations, spec });

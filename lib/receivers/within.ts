import type { JobEvent } from "#jobs/event";
import { cut } from "#text/clean";

/**
 * Writes an event in at most `maxBytes` of UTF-8: whole where it fits, else without labels, then without replicas too,
 * and at last with every text cut. Kubernetes lets an object have 1.5 MB, though no job that anybody wrote comes near.
 */
export function writeWithin(event: JobEvent, maxBytes: number, write: (event: JobEvent) => string): string {
  const smaller = [withoutLabels, withoutReplicas, short];
  let form = event;
  let text = write(form);
  for (const shrink of smaller) {
    if (Buffer.byteLength(text) <= maxBytes) break;
    form = shrink(form);
    text = write(form);
  }
  return text;
}

const withoutLabels = (event: JobEvent): JobEvent => ({ ...event, labels: {} });
const withoutReplicas = (event: JobEvent): JobEvent => ({ ...event, replicas: {} });

// As long as a name may be in Kubernetes: only what did not come from there is cut. With it all is below 50 kB.
const MAX_NAME = 253;
const MAX_MESSAGE = 4_096;

function short(event: JobEvent): JobEvent {
  const name = (text: string) => cut(text, MAX_NAME);
  return {
    ...event,
    cluster: name(event.cluster),
    apiVersion: name(event.apiVersion),
    kind: name(event.kind),
    namespace: name(event.namespace),
    name: name(event.name),
    uid: name(event.uid),
    ...(event.reason !== undefined && { reason: name(event.reason) }),
    ...(event.message !== undefined && { message: cut(event.message, MAX_MESSAGE) }),
  };
}

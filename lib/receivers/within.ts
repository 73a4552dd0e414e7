import type { JobEvent } from "#jobs/event";
import type { Explanation } from "#jobs/explanation";
import { cut } from "#text/clean";

/** What makes an event smaller. */
export type Shrink = (event: JobEvent) => JobEvent;

/**
 * Writes an event in at most `maxBytes` of UTF-8: whole where it fits, else without the log, then without labels, without
 * replicas, and at last with every text cut. Kubernetes lets an object have 1.5 MB, though no job that anybody wrote comes near.
 */
export function writeWithin(
  event: JobEvent,
  maxBytes: number,
  write: (event: JobEvent) => string,
  smaller: readonly Shrink[] = [withoutLog, withoutLabels, withoutReplicas, short],
): string {
  let form = event;
  let text = write(form);
  for (const shrink of smaller) {
    if (Buffer.byteLength(text) <= maxBytes) break;
    form = shrink(form);
    text = write(form);
  }
  return text;
}

export const withoutLog: Shrink = ({ explanation, ...event }) => {
  if (explanation === undefined) return event;
  const { log, ...rest } = explanation;
  return { ...event, explanation: rest };
};
const withoutLabels: Shrink = (event) => ({ ...event, labels: {} });
const withoutReplicas: Shrink = (event) => ({ ...event, replicas: {} });

// As long as a name may be in Kubernetes: only what did not come from there is cut. With it all is below 50 kB.
const MAX_NAME = 253;
const MAX_MESSAGE = 4_096;

function short({ explanation, ...event }: JobEvent): JobEvent {
  const name = (text: string) => cut(text, MAX_NAME);
  return {
    ...event,
    ...(explanation !== undefined && { explanation: shortExplanation(explanation) }),
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

function shortExplanation({ warnings, log, ...why }: Explanation): Explanation {
  const texts = Object.entries(why).map(([key, value]) => [
    key,
    typeof value === "string" ? cut(value, MAX_NAME) : value,
  ]);
  return Object.fromEntries(texts);
}

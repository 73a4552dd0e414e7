import type { ReplicaCount, Replicas } from "#jobs/job";
import { oneLine } from "#text/clean";
import type { Texts } from "./texts.ts";

// More than any training operator has: what a person reads ends here.
const MAX_REPLICA_TYPES = 8;

/** The pods of a job: `Master 1/1 active; Worker 1/2 active, 1 failed`. Empty where nothing is known. */
export function replicasIn(texts: Texts, replicas: Replicas): string {
  const { semicolon } = texts.marks;
  const types = Object.entries(replicas)
    .map(([type, count]) => [oneLine(type), countsIn(texts, count)] as const)
    .filter(([, counts]) => counts.length > 0)
    .map(([type, counts]) => texts.replicas(type, counts));
  const shown = types.slice(0, MAX_REPLICA_TYPES).join(semicolon);
  return types.length > MAX_REPLICA_TYPES ? `${shown}${semicolon}…` : shown;
}

function countsIn({ count }: Texts, { active, succeeded, failed, desired }: ReplicaCount): readonly string[] {
  const of = desired === undefined ? "" : `/${desired}`;
  return [
    ...(active > 0 || (desired !== undefined && succeeded === 0) ? [count.active(`${active}${of}`)] : []),
    ...(succeeded > 0 ? [count.succeeded(`${succeeded}${active > 0 ? "" : of}`)] : []),
    // A retried pod counts as failed again and again: no share of what was asked for.
    ...(failed > 0 ? [count.failed(String(failed))] : []),
  ];
}

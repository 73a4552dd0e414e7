import type { Labels } from "./job.ts";
import { matches as fits } from "./namespaces.ts";

/** Patterns of the values of a label or an annotation, by its key: one of them must fit, and `*` fits whatever is there. */
type Values = Readonly<Record<string, readonly string[]>>;

/**
 * Which jobs are meant: everything that is said must hold, and of a list one entry. In names, namespaces and values `*`
 * stands for any characters, or none. What says nothing means every job.
 */
export interface Match {
  readonly clusters?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly kinds?: readonly string[];
  readonly names?: readonly string[];
  readonly labels?: Values;
  readonly annotations?: Values;
}

/** What of a job can be asked for. */
export interface Identity {
  readonly cluster: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly labels: Labels;
  readonly annotations?: Labels;
}

/** Whether a job is meant. */
export function isMeant(job: Identity, match: Match): boolean {
  const { clusters, namespaces, kinds, names, labels, annotations } = match;
  return (
    isOne(job.cluster, clusters) &&
    isOne(job.namespace, namespaces) &&
    isOne(job.kind, kinds) &&
    isOne(job.name, names) &&
    carries(job.labels, labels) &&
    carries(job.annotations, annotations)
  );
}

function isOne(text: string, patterns: readonly string[] | undefined): boolean {
  return patterns === undefined || patterns.some((pattern) => fits(pattern, text));
}

function carries(given: Labels = {}, wanted: Values = {}): boolean {
  return Object.entries(wanted).every(([key, patterns]) => {
    const value = Object.hasOwn(given, key) ? given[key] : undefined;
    return value !== undefined && isOne(value, patterns);
  });
}

import type { JobEvent } from "#jobs/event";
import type { Labels } from "#jobs/job";
import { isMeant, type Match } from "#jobs/match";
import { matches } from "#jobs/namespaces";
import { shown } from "./reason.ts";
import type { Route } from "./route.ts";
import type { Verdict } from "./verdict.ts";

/** A route, and what reasons call it. */
type Called = Route & { readonly called: string };

/** The routes that an event takes: the first that fits, and, where that one continues, the next. */
export function routesOf(event: JobEvent, routes: readonly Route[]): readonly Called[] {
  const fitting = [...routes.entries()].filter(([, route]) => takes(event, route));
  const last = fitting.findIndex(([, route]) => !route.continue);
  const taken = last === -1 ? fitting : fitting.slice(0, last + 1);
  return taken.map(([index, route]) => ({ ...route, called: `route ${shown(route.name ?? String(index + 1))}` }));
}

function takes(event: JobEvent, { on, match = {}, exclude = [] }: Route): boolean {
  return on.includes(event.event) && isMeant(event, match) && !exclude.some((each) => isMeant(event, each));
}

/** The receivers of the routes that an event takes, each once. */
export function routed(event: JobEvent, taken: readonly Called[]): readonly Verdict[] {
  const verdicts = new Map<string, Verdict>();
  for (const { called, match = {}, receivers } of taken) {
    const because = [`${called}: ${event.event}`, ...factOf(event, match)].join(", ");
    for (const receiver of receivers)
      if (!verdicts.has(receiver)) verdicts.set(receiver, { receiver, told: true, code: "route", because });
  }
  return [...verdicts.values()];
}

/** Why the routes name nobody. */
export function whyNobody({ event }: JobEvent, taken: readonly Called[]): string {
  const last = taken.at(-1);
  return last === undefined ? `no route takes ${event} of this job` : `${last.called} has no receivers`;
}

/** Of what a route asks for, the most telling that the job has. A pattern is shown, not the job's own text: an annotation may hold anything. */
function factOf(job: JobEvent, { names, labels, annotations, kinds, namespaces, clusters }: Match): readonly string[] {
  const facts = [
    ...patternOf("name", names, job.name),
    ...pairOf("label", labels, job.labels),
    ...pairOf("annotation", annotations, job.annotations),
    ...patternOf("kind", kinds, job.kind),
    ...patternOf("namespace", namespaces, job.namespace),
    ...patternOf("cluster", clusters, job.cluster),
  ];
  return facts.slice(0, 1);
}

/** The last of those that fit in the order of characters, whatever the order of the list: `*` comes before letters, so what is said more exactly is behind it. */
function patternOf(noun: string, patterns: readonly string[] = [], text = "", before = ""): readonly string[] {
  const fitting = patterns.filter((pattern) => matches(pattern, text)).toSorted();
  return fitting.slice(-1).map((pattern) => `${noun} ${shown(before + pattern)}`);
}

function pairOf(noun: string, wanted: Match["labels"] = {}, given: Labels = {}): readonly string[] {
  const keys = Object.keys(wanted).toSorted();
  return keys.flatMap((key) => patternOf(noun, wanted[key], given[key], `${key}=`));
}

import { EVENT_TYPES, type EventType, type JobEvent } from "#jobs/event";
import type { Labels } from "#jobs/job";

/** Which events of a namespace go to which receivers. */
export interface Route {
  readonly on: readonly EventType[];
  /** Labels that the job must all carry with these values; an empty object matches every job. */
  readonly labels: Labels;
  /** Names of receivers. */
  readonly receivers: readonly string[];
}

/** Every event of every job to these receivers. */
export function everythingTo(receivers: readonly string[]): Route {
  return { on: EVENT_TYPES, labels: {}, receivers };
}

/** The receivers that hear of an event, each once, in the order in which the routes name them. All routes that match count. */
export function route(event: JobEvent, routes: readonly Route[]): readonly string[] {
  const matching = routes.filter((candidate) => matches(event, candidate));
  return [...new Set(matching.flatMap((match) => match.receivers))];
}

function matches(event: JobEvent, { on, labels }: Route): boolean {
  return on.includes(event.event) && Object.entries(labels).every(([key, value]) => event.labels[key] === value);
}

import { ALARMS, type JobEvent } from "#jobs/event";
import { durationIn } from "./duration.ts";
import type { Texts } from "./texts.ts";

/** What a rule over time found, or what is over: `pending for 15 min`, `was Stalled for 5 min`. */
export function findingIn(texts: Texts, { event, rule, at }: JobEvent): string | undefined {
  if (rule === undefined) return undefined;
  const { type, since, seconds, restarts = 0, moreThan = 0 } = rule;
  const lasted = secondsFrom(since, at);
  const length = durationIn(texts, lasted);
  if (event === "Recovered") return texts.over(texts.states[ALARMS[type]], length);
  const limit = durationIn(texts, seconds);
  // A poller comes by once a minute or so: what it is late by is no news.
  const isOver = lasted - seconds >= Math.max(120, seconds / 20);
  return texts.found[type]({ length, limit, isOver, restarts, moreThan });
}

function secondsFrom(since: string, at: string): number {
  return (Date.parse(at) - Date.parse(since)) / 1000;
}

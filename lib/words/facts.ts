import type { JobEvent } from "#jobs/event";
import { oneLine } from "#text/clean";
import type { Fact } from "./description.ts";
import { durationIn } from "./duration.ts";
import { replicasIn } from "./replicas.ts";
import { hasRunBefore } from "./state.ts";
import type { Label, Texts } from "./texts.ts";

/** Where, how long and how many: what is known of them. */
export function factsOf(texts: Texts, event: JobEvent): readonly Fact[] {
  const { labels } = texts;
  const facts: readonly Fact[] = [
    [labels.namespace, oneLine(event.namespace)],
    [labels.cluster, oneLine(event.cluster)],
    [labels.kind, oneLine(event.kind)],
    timingOf(texts, event) ?? ["", ""],
    // What a rule finds is so still; any other event has ended what was before.
    [event.rule === undefined ? labels.before : labels.state, previousIn(texts, event)],
    [labels.replicas, replicasIn(texts, event.replicas)],
  ];
  return facts.filter(([, value]) => value !== "");
}

/** How long, where that says something of this event. */
export function timingOf(texts: Texts, event: JobEvent): Fact | undefined {
  const label = lengthOf(event);
  const { durationSeconds } = event;
  if (label === undefined || durationSeconds === undefined) return undefined;
  return [texts.labels[label], durationIn(texts, durationSeconds)];
}

// `durationSeconds` counts from the job's start. What it means depends on what has just happened.
function lengthOf(event: JobEvent): Label | undefined {
  switch (event.event) {
    case "Created":
    case "Stalled":
    case "Flapping":
    case "Recovered":
    case "Resumed": // a resumed batch Job has just got a new start time
      return undefined;
    case "Running":
      return hasRunBefore(event) ? "sinceStart" : "startTook";
    case "Overdue": // its rule says how long
      return event.rule === undefined ? "ranFor" : undefined;
    case "Restarting":
    case "Suspended":
    case "Succeeded":
    case "Failed":
    case "Vanished":
      return "ranFor";
    default:
      return event.event satisfies never;
  }
}

/** What the job did before, and for how long. */
export function previousIn(texts: Texts, { previous, sincePreviousSeconds, rule }: JobEvent): string {
  if (previous === undefined) return "";
  const state = texts.states[previous.event];
  const hasJustBegun = rule !== undefined && sincePreviousSeconds === 0;
  return sincePreviousSeconds === undefined || hasJustBegun
    ? state
    : texts.lasted(state, durationIn(texts, sincePreviousSeconds));
}

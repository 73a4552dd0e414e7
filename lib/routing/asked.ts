import { EVENT_TYPES, type EventType } from "#jobs/event";
import type { Labels } from "#jobs/job";
import { shown } from "./reason.ts";
import type { Honoured } from "./route.ts";

/** The annotations by which a job says who hears of it, where its namespace's configuration honours them. */
export const ANNOTATIONS: Readonly<Record<keyof Honoured, string>> = {
  notify: "jobbell.dev/notify",
  channel: "jobbell.dev/channel",
  mute: "jobbell.dev/mute",
};

/** What a job says of one thing, without spaces around it, if it does. */
export function saidOf(annotations: Labels = {}, what: keyof Honoured): string | undefined {
  const key = ANNOTATIONS[what];
  return Object.hasOwn(annotations, key) ? annotations[key]?.trim() : undefined;
}

/** What a job's list of events comes to for one event; `undefined`: it names none, and decides nothing. */
export interface Wish {
  readonly told: boolean | undefined;
  readonly because: string;
}

const EVENTS: ReadonlyMap<string, EventType> = new Map(EVENT_TYPES.map((type) => [type.toLowerCase(), type]));

/** Reads `Failed,Succeeded`: names of events in any case, or `*` for all. What is no event is left out, and said. */
export function wishOf(event: EventType, notify: string): Wish {
  const words = notify.split(",").flatMap((word) => word.trim().toLowerCase() || []);
  const unknown = words.find((word) => word !== "*" && !EVENTS.has(word));
  const doubt = unknown === undefined ? undefined : `"${shown(unknown)}" is no event`;
  const meant = new Set(words.map((word) => EVENTS.get(word)));
  const listed = words.includes("*") ? ["*"] : EVENT_TYPES.filter((type) => meant.has(type));
  const { notify: key } = ANNOTATIONS;
  if (listed.length === 0) return { told: undefined, because: `${key} is ignored: ${doubt ?? "it lists no event"}` };
  const note = doubt === undefined ? "" : `; ${doubt}`;
  if (listed.includes("*") || meant.has(event))
    return { told: true, because: `${key} lists ${listed.join(", ")}${note}` };
  return { told: false, because: `${key} does not list ${event}${note}` };
}

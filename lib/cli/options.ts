import { InvalidArgumentError } from "commander";
import { parseDuration } from "#config/duration";
import { didYouMean } from "#config/suggest";
import { EVENT_TYPES, type EventType } from "#jobs/event";

/** `30s`, `5m` -> milliseconds. */
export function durationOption(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms < 1000)
    throw new InvalidArgumentError("Write a duration of at least a second, such as 30s or 5m.");
  return ms;
}

/** A whole number of at least 1. */
export function countOption(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("Write a whole number of at least 1.");
  return count;
}

/** Lets an option be given several times. */
export function several(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** The name of an event; may be given several times. */
export function eventsOption(text: string, before: readonly EventType[] = []): readonly EventType[] {
  return [...before, eventOption(text)];
}

/** The name of an event. */
export function eventOption(text: string): EventType {
  const event = EVENT_TYPES.find((type) => type === text);
  if (event !== undefined) return event;
  throw new InvalidArgumentError(
    didYouMean(text, EVENT_TYPES).replace(/^, d/, "D") || `It is one of ${EVENT_TYPES.join(", ")}.`,
  );
}

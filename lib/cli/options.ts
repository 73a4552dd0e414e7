import { InvalidArgumentError } from "commander";
import { parseDuration } from "#config/duration";

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

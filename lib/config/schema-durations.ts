import * as z from "zod";
import { DURATION, parseDuration } from "./duration.ts";

/** A duration between two others, in milliseconds. `such` gives examples, `span` says the bounds. */
export function durationText(least: number, most: number, such: string, span: string) {
  return z
    .string()
    .regex(DURATION, `must be a duration such as ${such}`)
    .refine((text) => isBetween(parseDuration(text), least, most), `must be ${span}`);
}

function isBetween(value: number | undefined, least: number, most: number): boolean {
  // A text that is no duration has its complaint already.
  return value === undefined || (value >= least && value <= most);
}

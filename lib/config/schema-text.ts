import * as z from "zod";
import { literalOf, parseReferences } from "./references.ts";
import type { Check } from "./values.ts";

/** Text in which references may stand. Where none does, the value is checked here, otherwise once it is resolved. */
export function referenceText(check: Check) {
  return z.string().superRefine((text, context) => {
    const parsed = parseReferences(text);
    const literal = literalOf(text);
    const complaint = "complaint" in parsed ? parsed.complaint : literal === undefined ? undefined : check(literal);
    if (complaint !== undefined) context.addIssue(complaint);
  });
}

/** Text in which a reference would be taken at its word: it is refused, so that nobody waits for a file named `${env:HOME}`. */
export const Text = z
  .string()
  .min(1, "must not be empty")
  .refine((text) => !text.includes("${"), "references such as ${env:NAME} are not possible here");

/** What is on, or not there. */
export const Yes = z.literal(true, "must be true, or left out");

/** What the parts of a configuration call each other. */
export const Name = Text.max(253, "must have at most 253 characters")
  .refine((name) => name === name.trim() && !/\p{Cc}/u.test(name), "must be one line without spaces at its ends")
  .refine((name) => !name.includes("://"), "must be a name, not an address");

/** Name of a region of a cloud, such as `eu-central-1`. */
export const REGION = /^[a-z0-9-]{1,40}$/;

import type * as z from "zod";
import { didYouMean } from "./suggest.ts";

/** What is wrong with a value, for the issues to which the schema itself gives no words. A value is quoted only where it is one word of letters and nearly right. */
export const describeIssue: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return describeType(issue.expected, issue.input);
    case "invalid_value":
      return describeChoice(issue.values.map(String), issue.input);
    default:
      return undefined;
  }
};

const TYPES: Readonly<Record<string, string>> = {
  string: "must be text",
  array: "must be a list",
  object: "must be a map of keys and values",
  record: "must be a map of keys and values",
};

function describeType(expected: string, input: unknown): string {
  const must = TYPES[expected] ?? `must be of type ${expected}`;
  if (input === null) return `${must}, but is empty`;
  const isPlain = typeof input === "number" || typeof input === "boolean";
  return expected === "string" && isPlain ? `${must}: put it in quotes` : must;
}

function describeChoice(values: readonly string[], input: unknown): string {
  const word = typeof input === "string" && /^[A-Za-z]{1,40}$/.test(input) ? input : undefined;
  const hint = word === undefined ? "" : didYouMean(word, values);
  if (hint !== "") return `unknown value "${word}"${hint}`;
  return `must be one of ${values.join(", ")}`;
}

import type * as z from "zod";
import type { Document, Path } from "./document.ts";
import { knownKeys } from "./known-keys.ts";
import type { Problem } from "./problem.ts";
import { didYouMean } from "./suggest.ts";

type Issue = z.core.$ZodIssue;

/** The problems that one issue of zod stands for, each at its place. Values are never quoted: they may be secrets. */
export function problemsOf(issue: Issue, document: Document): readonly Problem[] {
  switch (issue.code) {
    case "unrecognized_keys":
      return unknownKeys(issue, document);
    case "invalid_union":
      return closest(issue.errors).flatMap((inner) =>
        problemsOf({ ...inner, path: [...issue.path, ...inner.path] }, document),
      );
    case "invalid_key":
      return issue.issues.map(({ message }) => ({ ...document.placeOfKey(issue.path), message }));
    default:
      return valueAt(document.value, issue.path) === undefined
        ? missingKey(issue.path, document)
        : [problemAt(issue.path, issue.message, document)];
  }
}

/** A problem with the value at a path, beginning with its key where it has one. */
function problemAt(path: Path, message: string, document: Document): Problem {
  const key = path.findLast((step) => typeof step === "string");
  const place = document.placeOf(path);
  // A flag's name stands in the place of the file.
  return { ...place, message: key === undefined || place.line === 0 ? message : `${key}: ${message}` };
}

function unknownKeys({ path, keys }: z.core.$ZodIssueUnrecognizedKeys, document: Document): readonly Problem[] {
  const known = knownKeys(path);
  return keys.map((key) => ({ ...document.placeOfKey([...path, key]), message: describeUnknown(key, known) }));
}

function describeUnknown(key: string, known: readonly string[]): string {
  // In a map that was not indented as meant, a secret may stand where a key should.
  if (!/^[A-Za-z_-]{1,30}$/.test(key)) return "unknown key";
  return `unknown key "${key}"${didYouMean(key, known)}`;
}

function missingKey(path: Path, document: Document): readonly Problem[] {
  const parent = path.slice(0, -1);
  return [{ ...document.placeOf(parent), message: `missing key "${String(path.at(-1))}"` }];
}

/** Of the branches of a union, the one whose type fits: what it says is about the value that was meant. */
function closest(branches: readonly Issue[][]): readonly Issue[] {
  const fits = (issues: readonly Issue[]) =>
    !issues.some(({ code, path }) => code === "invalid_type" && path.length === 0);
  return branches.find(fits) ?? branches[0] ?? [];
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, step) => (inner === null ? undefined : Object(inner)[step]), value);
}

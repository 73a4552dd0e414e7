import { dirname, resolve } from "node:path";
import { LineCounter, parseDocument, type Document as YamlDocument } from "yaml";
import type { Document } from "../document.ts";
import { ConfigError, type Problem } from "../problem.ts";
import { isTooDeep } from "./depth.ts";
import { type Places, placesOf } from "./places.ts";
import { checkStructure, type Finding, MAX_ALIASES, TOO_MANY } from "./structure.ts";
import { describeSyntaxError, TOO_DEEP } from "./syntax-error.ts";

/** A document, and what is wrong with its YAML without making it unreadable. */
export interface Parsed {
  readonly document: Document;
  readonly problems: readonly Problem[];
}

// Pretty errors quote the text. Keys that repeat are found in structure.ts.
const OPTIONS = { prettyErrors: false, stringKeys: true, uniqueKeys: false, resolveKnownTags: false } as const;

/** Parses the text of a YAML file. Throws {@link ConfigError} where it has no value: for broken syntax and aliases. */
export function parseYaml(text: string, file: string): Parsed {
  if (isTooDeep(text)) throw new ConfigError([{ file, line: 1, column: 1, message: TOO_DEEP }]);
  const lines = new LineCounter();
  const yaml = parseDocument(text, { ...OPTIONS, lineCounter: lines });
  const places = placesOf(yaml, file, lines);
  rejectAny(syntaxProblems(yaml, places));
  const { brokenAliases, repeatedKeys } = checkStructure(yaml);
  rejectAny(brokenAliases.map((finding) => problemOf(finding, places)));
  const document = { value: plainValue(yaml, places), directory: dirname(resolve(file)), ...places };
  return { document, problems: repeatedKeys.map((finding) => problemOf(finding, places)) };
}

function rejectAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigError(problems);
}

/** One mistake makes several errors: the first of each line says enough. */
function syntaxProblems({ errors, warnings }: YamlDocument, places: Places): readonly Problem[] {
  const firsts = new Map<number, Problem>();
  for (const { code, pos } of [...errors, ...warnings]) {
    const place = places.atOffset(pos[0]);
    if (!firsts.has(place.line)) firsts.set(place.line, { ...place, message: describeSyntaxError(code) });
  }
  return [...firsts.values()];
}

function problemOf({ at, message, first }: Finding, places: Places): Problem {
  const where = first === undefined ? "" : `, first in line ${places.atNode(first).line}`;
  return { ...places.atNode(at), message: message + where };
}

function plainValue(yaml: YamlDocument, places: Places): unknown {
  try {
    // The library multiplies the uses of an alias with the uses of those that it holds.
    return yaml.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    throw new ConfigError([{ ...places.atOffset(0), message: TOO_MANY }]);
  }
}

import type { Document } from "../document.ts";
import type { Problem } from "../problem.ts";
import { oneWayEach, regionsFit } from "./choices.ts";
import { clusterNamed, clustersExist, namesOnce, receiversExist } from "./names.ts";
import { type Finding, Outline, type Rule } from "./outline.ts";
import { exclusionsFit, patternsAnswered, patternsOverlap } from "./patterns.ts";
import { addressesSafe, alertsEnd, busesFit } from "./receivers.ts";
import { holdsWatch, watchesOnce } from "./watches.ts";

const RULES: readonly Rule[] = [
  oneWayEach,
  regionsFit,
  namesOnce,
  clusterNamed,
  clustersExist,
  receiversExist,
  watchesOnce,
  holdsWatch,
  patternsAnswered,
  exclusionsFit,
  addressesSafe,
  busesFit,
];

/** What is wrong between the parts of a document, whatever else is wrong with it. */
export function checkRules(document: Document): readonly Problem[] {
  return check(RULES, document);
}

/** What is right, but perhaps not meant. */
export function adviceOf(document: Document): readonly Problem[] {
  return check([patternsOverlap, alertsEnd], document);
}

function check(rules: readonly Rule[], document: Document): readonly Problem[] {
  const outline = Outline.parse(document.value);
  return rules.flatMap((rule) => rule(outline)).map((finding) => problemOf(finding, document));
}

function problemOf({ path, at, message, first }: Finding, document: Document): Problem {
  const place = at === "key" ? document.placeOfKey(path) : document.placeOf(path);
  const where = first === undefined ? "" : `, first in line ${document.placeOf(first).line}`;
  return { ...place, message: message + where };
}

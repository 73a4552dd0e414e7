import type { Document } from "../document.ts";
import type { Problem } from "../problem.ts";
import type { ConfigFile } from "../schema.ts";
import { oneWayEach, regionsFit } from "./choices.ts";
import { withoutEffect } from "./meaning.ts";
import { clusterNamed, clustersExist, namesOnce, receiversExist } from "./names.ts";
import { type Finding, Outline, type Rule } from "./outline.ts";
import { exclusionsFit, patternsAnswered, patternsOverlap } from "./patterns.ts";
import { addressesSafe, alertsEnd, busesFit, channelsChosen, pagersKept } from "./receivers.ts";
import { entriesWhole, holdsWatch, watchesOnce } from "./watches.ts";

const RULES: readonly Rule[] = [
  oneWayEach,
  regionsFit,
  namesOnce,
  clusterNamed,
  clustersExist,
  receiversExist,
  entriesWhole,
  watchesOnce,
  holdsWatch,
  patternsAnswered,
  exclusionsFit,
  addressesSafe,
  busesFit,
  channelsChosen,
];

/** What is wrong between the parts of a document, whatever else is wrong with it. */
export function checkRules(document: Document): readonly Problem[] {
  return check(RULES, document).map((finding) => problemOf(finding, document));
}

/** What is right, but perhaps not meant. `file` is the value of the document. */
export function adviceOf(file: ConfigFile, document: Document): readonly Problem[] {
  const findings = [...check([patternsOverlap, alertsEnd, pagersKept], document), ...withoutEffect(file)];
  return findings.map((finding) => problemOf(finding, document));
}

function check(rules: readonly Rule[], document: Document): readonly Finding[] {
  const outline = Outline.parse(document.value);
  return rules.flatMap((rule) => rule(outline));
}

function problemOf({ path, at, message, first }: Finding, document: Document): Problem {
  const place = at === "key" ? document.placeOfKey(path) : document.placeOf(path);
  const where = first === undefined ? "" : `, first in line ${document.placeOf(first).line}`;
  return { ...place, message: message + where };
}

import { parseLink } from "#text/link";
import { type Complaint, parseTemplate } from "#text/template";
import { VARIABLES } from "#text/variables";
import { didYouMean } from "./suggest.ts";

/** What is wrong with a template of a message, in one line. */
export function checkTemplate(text: string): string | undefined {
  return complaintOf(parseTemplate(text));
}

/** The same of a link's. */
export function checkLink(text: string): string | undefined {
  return complaintOf(parseLink(text));
}

/** The keys of the annotations that templates of messages and of links name, each once. A template that is none names nothing. */
export function annotationsIn(templates: readonly string[]): readonly string[] {
  const names = templates.map(parseTemplate).flatMap((template) => ("names" in template ? template.names : []));
  const keys = names.filter((name) => name.startsWith("annotations.")).map((name) => name.slice("annotations.".length));
  return [...new Set(keys)];
}

function complaintOf(read: object | Complaint): string | undefined {
  if (!("complaint" in read)) return undefined;
  const { complaint, unknown } = read;
  return unknown === undefined ? complaint : `${complaint}${suggestion(unknown)}`;
}

const MAPS = ["labels", "annotations"];

// `label.team` is nearly `labels`, though not nearly anything that is complete.
function suggestion(unknown: string): string {
  const whole = didYouMean(unknown, VARIABLES);
  return whole === "" ? didYouMean(unknown.replace(/\..*/s, ""), MAPS) : whole;
}

/** The same of a time zone. */
export function checkTimeZone(text: string): string | undefined {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return undefined;
  } catch {
    return "must be a time zone such as Europe/Berlin or UTC";
  }
}

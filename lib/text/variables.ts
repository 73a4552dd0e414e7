/** What a template of a message may name, beside `labels.KEY` and `annotations.KEY`. */
export const VARIABLES = [
  "event",
  "state",
  "kind",
  "namespace",
  "name",
  "cluster",
  "uid",
  "apiVersion",
  "at",
  "duration",
  "previous",
  "replicas",
  "reason",
  "message",
  "rule",
  "rule.type",
  "rule.since",
  "rule.limit",
  "rule.restarts",
  "rule.moreThan",
  "cause",
  "pod",
  "replica",
  "container",
  "exitCode",
  "signal",
  "warnings",
  "log",
] as const;
export type Variable = (typeof VARIABLES)[number];

/** Those that are lists: a section on one of them is written once for each line. */
export const LISTS: readonly string[] = ["warnings", "log"] satisfies readonly Variable[];

/** A variable's text, the lines of one that is a list, or nothing where the event has none. */
export type Lookup = (name: string) => string | readonly string[] | undefined;

/** Whether there is such a variable. */
export function isVariable(name: string): boolean {
  return (VARIABLES as readonly string[]).includes(name) || /^(?:labels|annotations)\../s.test(name);
}

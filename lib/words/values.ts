import type { JobEvent } from "#jobs/event";
import { oneLine } from "#text/clean";
import type { Lookup, Variable } from "#text/variables";
import type { Description } from "./description.ts";
import { durationIn } from "./duration.ts";
import { previousIn } from "./facts.ts";
import type { Calendar } from "./moment.ts";
import { replicasIn } from "./replicas.ts";
import { stateIn } from "./state.ts";
import type { Texts } from "./texts.ts";

type Said = Pick<Description, "reason" | "message" | "cause" | "finding" | "warnings" | "log">;

/** The values of what a template names, for one event. */
export function valuesOf(texts: Texts, calendar: Calendar, event: JobEvent, said: Said): Lookup {
  const { labels, annotations = {} } = event;
  const values = variablesOf(texts, calendar, event, said);
  return (name) => {
    const [, map, key = ""] = /^(labels|annotations)\.(.*)$/s.exec(name) ?? [];
    if (map === undefined) return values(name as Variable);
    const given = map === "labels" ? labels : annotations;
    return Object.hasOwn(given, key) ? oneLine(given[key] ?? "") : undefined;
  };
}

function variablesOf(texts: Texts, calendar: Calendar, event: JobEvent, said: Said) {
  const { rule, explanation = {}, durationSeconds } = event;
  const seconds = (length: number | undefined) => (length === undefined ? undefined : durationIn(texts, length));
  const values = {
    event: () => event.event,
    state: () => stateIn(texts, event),
    kind: () => event.kind,
    namespace: () => event.namespace,
    name: () => event.name,
    cluster: () => event.cluster,
    uid: () => event.uid,
    apiVersion: () => event.apiVersion,
    at: () => calendar.write(event.at),
    duration: () => seconds(durationSeconds),
    previous: () => previousIn(texts, event),
    replicas: () => replicasIn(texts, event.replicas),
    reason: () => said.reason,
    message: () => said.message,
    rule: () => said.finding,
    "rule.type": () => rule?.type,
    "rule.since": () => rule && calendar.write(rule.since),
    "rule.limit": () => seconds(rule?.seconds),
    "rule.restarts": () => rule?.restarts,
    "rule.moreThan": () => rule?.moreThan,
    cause: () => said.cause,
    pod: () => explanation.pod,
    replica: () => explanation.replica,
    container: () => explanation.container,
    exitCode: () => explanation.exitCode,
    signal: () => explanation.signal,
    warnings: () => said.warnings,
    log: () => said.log?.lines ?? [],
  } as const satisfies Readonly<Record<Variable, () => string | number | readonly string[] | undefined>>;
  return (name: Variable): ReturnType<Lookup> => {
    const value = Object.hasOwn(values, name) ? values[name]() : undefined;
    if (value === undefined || typeof value === "object") return value;
    return name === "message" ? String(value) : oneLine(String(value));
  };
}

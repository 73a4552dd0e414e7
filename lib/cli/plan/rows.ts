import type { Verdict } from "#routing/decide";
import { duration } from "#words/words";
import { timeOf } from "../operate/delivery-rows.ts";
import { table } from "../table.ts";
import type { Planned } from "./planned.ts";

/** A line for each receiver of each event, whether it is told or not. */
export function tableOf(planned: readonly Planned[]): readonly string[] {
  return table(["EVENT", "JOB", "KIND", "CLUSTER", "TO", "WHY"], planned.flatMap(rowsOf));
}

function rowsOf(planned: Planned): readonly (readonly string[])[] {
  const { event, decision, rule } = planned;
  const what = [eventInWords(planned), `${event.namespace}/${event.name}`, event.kind, event.cluster];
  const { verdicts, because = "" } = decision;
  const raisedBy = rule === undefined ? "" : `${rule}; `;
  if (verdicts.length === 0) return [[...what, "nobody", raisedBy + because]];
  return verdicts.map((verdict) => [...what, addressee(verdict), raisedBy + verdict.because]);
}

/** `Overdue in 3 h 12 min` */
function eventInWords({ event, inMs }: Planned): string {
  return inMs === undefined ? event.event : `${event.event} in ${duration(Math.ceil(inMs / 1000))}`;
}

function addressee({ receiver, told }: Verdict): string {
  return told ? receiver : `not ${receiver}`;
}

/** What is planned as programs read it. */
export function recordOf({ event, decision, inMs, rule }: Planned): object {
  const { because, verdicts } = decision;
  return {
    event: event.event,
    ...(rule !== undefined && { rule }),
    ...(inMs !== undefined && { at: timeOf(Date.parse(event.at)) }),
    ...{ cluster: event.cluster, kind: event.kind, namespace: event.namespace, name: event.name },
    verdicts,
    ...(because !== undefined && { because }),
  };
}

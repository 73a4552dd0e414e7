import type { JobEvent } from "#jobs/event";
import { honoured } from "./honoured.ts";
import { reason } from "./reason.ts";
import type { Honoured, Route } from "./route.ts";
import { routed, routesOf, whyNobody } from "./routed.ts";
import type { Silence } from "./silence.ts";
import { silenced } from "./silenced.ts";
import type { Decision, Verdict } from "./verdict.ts";

export type { Cause, Decision, Verdict } from "./verdict.ts";

/** Who is to hear of the events of a watch. */
export interface Policy {
  readonly routes: readonly Route[];
  readonly honours?: Honoured;
}

/** Who hears of an event, and why: by its routes, by what the job says of itself, and by the silences of that moment. `now` in milliseconds. */
export function decide(event: JobEvent, policy: Policy, silences: readonly Silence[], now: number): Decision {
  const { routes, honours = {} } = policy;
  const taken = routesOf(event, routes);
  const verdicts = honoured(event, honours, routed(event, taken));
  if (verdicts.length === 0) return { verdicts, because: whyNobody(event, taken) };
  return { verdicts: verdicts.map((verdict) => inOneLine(silenced(event, verdict, silences, now))) };
}

/** The names of those who are told. */
export function told({ verdicts }: Decision): readonly string[] {
  return verdicts.filter((verdict) => verdict.told).map(({ receiver }) => receiver);
}

function inOneLine(verdict: Verdict): Verdict {
  return { ...verdict, because: reason(verdict.because) };
}

import type { JobEvent } from "#jobs/event";
import { ANNOTATIONS, saidOf, type Wish, wishOf } from "./asked.ts";
import { inChannel } from "./channel.ts";
import { shown } from "./reason.ts";
import type { Honoured } from "./route.ts";
import type { Verdict } from "./verdict.ts";

/** What becomes of the verdicts of routes by what a job says of itself, as far as that is honoured. */
export function honoured(event: JobEvent, honours: Honoured, verdicts: readonly Verdict[]): readonly Verdict[] {
  const wished = wishedBy(event, honours, verdicts);
  if (honours.mute && saidOf(event.annotations, "mute")?.toLowerCase() === "true") return wished.map(muted);
  return wished.map((verdict) => inItsChannel(event, honours, verdict));
}

/** The job's own list of events decides for the receivers that honour it, in place of the routes. */
function wishedBy(event: JobEvent, { notify = [] }: Honoured, verdicts: readonly Verdict[]): readonly Verdict[] {
  const said = saidOf(event.annotations, "notify");
  if (said === undefined || notify.length === 0) return verdicts;
  const wish = wishOf(event.event, said);
  const named = new Map(verdicts.map((verdict) => [verdict.receiver, verdict]));
  for (const receiver of notify) named.set(receiver, wishedFor(receiver, wish, named.get(receiver)));
  return [...named.values()];
}

function wishedFor(receiver: string, { told, because }: Wish, routed: Verdict | undefined): Verdict {
  if (told !== undefined) return { receiver, told, code: "notify", because };
  if (routed !== undefined) return noting(routed, because);
  return { receiver, told: false, code: "unrouted", because: `no route names it; ${because}` };
}

function muted(verdict: Verdict): Verdict {
  return verdict.told ? { ...verdict, told: false, code: "muted", because: `muted by ${ANNOTATIONS.mute}` } : verdict;
}

function inItsChannel({ annotations }: JobEvent, { channel }: Honoured, verdict: Verdict): Verdict {
  const said = saidOf(annotations, "channel");
  if (said === undefined || !verdict.told || !channel?.receivers.includes(verdict.receiver)) return verdict;
  const receiver = inChannel(verdict.receiver, said, channel.patterns);
  if (receiver === undefined) return noting(verdict, `${ANNOTATIONS.channel} may not name "${shown(said)}"`);
  return { ...noting(verdict, `channel of ${ANNOTATIONS.channel}`), receiver };
}

function noting(verdict: Verdict, note: string): Verdict {
  return { ...verdict, because: `${verdict.because}; ${note}` };
}

import type { EventType, JobEvent } from "#jobs/event";
import { isMeant } from "#jobs/match";
import { matches } from "#jobs/namespaces";
import { nameOf } from "./channel.ts";
import { minuteOf, shown } from "./reason.ts";
import type { Silence } from "./silence.ts";
import type { Verdict } from "./verdict.ts";

/** What becomes of a verdict by the silences of a moment. Of several the one that ends last is named: until then nothing comes. */
export function silenced(event: JobEvent, verdict: Verdict, silences: readonly Silence[], now: number): Verdict {
  if (!verdict.told) return verdict;
  const holding = silences.filter((silence) => holds(silence, event, verdict.receiver, now));
  const [last] = holding.toSorted((a, b) => b.endsAt - a.endsAt || (a.id < b.id ? -1 : 1));
  return last === undefined ? verdict : { ...verdict, told: false, code: "silenced", because: whyOf(last) };
}

function holds({ on, match, receivers, startsAt, endsAt }: Silence, event: JobEvent, to: string, now: number): boolean {
  const events: readonly EventType[] = on ?? [event.event];
  const isNow = startsAt <= now && now < endsAt;
  return (
    isNow &&
    events.includes(event.event) &&
    (receivers?.some((each) => isOf(each, to)) ?? true) &&
    isMeant(event, match)
  );
}

/** A receiver is meant in whatever channel it posts. */
function isOf(pattern: string, receiver: string): boolean {
  return matches(pattern, receiver) || matches(pattern, nameOf(receiver));
}

function whyOf({ id, author, endsAt, comment }: Silence): string {
  return `silence ${shown(id)} of ${shown(author)} until ${minuteOf(endsAt)}: ${shown(comment)}`;
}

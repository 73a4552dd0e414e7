import type { EventType, JobEvent } from "#jobs/event";
import type { Digest } from "#receivers/receiver";
import { oneLine } from "#text/clean";
import type { DigestDescription, Fact } from "./description.ts";
import { EMOJI, stateIn } from "./state.ts";
import type { Texts } from "./texts.ts";

// Ten fields are what a Slack section takes, and more than most people read.
const MAX_NAMESPACES = 10;
const MAX_FIRST = 10;

/** The one place that puts a digest into words. */
export function digestIn(texts: Texts, { id, events }: Digest): DigestDescription {
  const sorted = events.toSorted((a, b) => gravity(a.event) - gravity(b.event));
  const jobs = new Set(events.map(({ cluster, uid }) => `${cluster}/${uid}`)).size;
  const first = sorted.slice(0, MAX_FIRST);
  const more = events.length - first.length;
  return {
    emoji: "📊",
    headline: texts.events(events.length, jobs),
    gravest: sorted[0]?.event ?? "Created",
    counts: countsOf(texts, sorted),
    first: first.map((event) => lineOf(texts, event)),
    more,
    rest: more > 0 ? texts.more(more) : undefined,
    hint: texts.hint(id),
  };
}

/** The whole digest in one line: `📊 37 events of 24 jobs: 12 Failed, 25 Succeeded`. */
export function digestInOneLineIn(texts: Texts, digest: Digest): string {
  const { emoji, headline } = digestIn(texts, digest);
  return `${emoji} ${headline}${texts.marks.colon}${statesIn(texts, digest.events)}`;
}

function lineOf(texts: Texts, event: JobEvent): string {
  const { marks, brackets } = texts;
  const place = [event.namespace, event.cluster].map(oneLine).join(marks.comma);
  return `${EMOJI[event.event]} ${stateIn(texts, event)}${marks.colon}${oneLine(event.name)}${brackets(place)}`;
}

function countsOf(texts: Texts, events: readonly JobEvent[]): readonly Fact[] {
  const placeOf = ({ namespace, cluster }: JobEvent) => `${oneLine(namespace)}${texts.brackets(oneLine(cluster))}`;
  const fullest = [...Map.groupBy(events, placeOf)].toSorted(([, a], [, b]) => b.length - a.length);
  const shown = fullest.length > MAX_NAMESPACES ? MAX_NAMESPACES - 1 : fullest.length;
  const rest = fullest.slice(shown);
  const others =
    rest.length === 0 ? [] : [[texts.moreNamespaces(rest.length), rest.flatMap(([, there]) => there)] as const];
  return [...fullest.slice(0, shown), ...others].map(([place, there]) => [place, statesIn(texts, there)]);
}

function statesIn({ states, tally, marks }: Texts, events: readonly JobEvent[]): string {
  return GRAVEST_FIRST.map((type) => [type, events.filter(({ event }) => event === type).length] as const)
    .filter(([, count]) => count > 0)
    .map(([type, count]) => tally(count, states[type]))
    .join(marks.comma);
}

const GRAVEST_FIRST: readonly EventType[] = [
  "Failed",
  "Stalled",
  "Overdue",
  "Flapping",
  "Restarting",
  "Vanished",
  "Suspended",
  "Succeeded",
  "Recovered",
  "Resumed",
  "Running",
  "Created",
];

const gravity = (type: EventType): number => GRAVEST_FIRST.indexOf(type);

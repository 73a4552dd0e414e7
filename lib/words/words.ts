import type { EventType, JobEvent } from "#jobs/event";
import type { ReplicaCount, Replicas } from "#jobs/job";
import { clean, oneLine } from "#text/clean";
import type { Digest } from "./receiver.ts";

/** An event in the words that people read, free of control characters and not yet escaped for any medium. */
export interface Description {
  readonly emoji: string;
  /** What happened to which job: `Failed: mnist`. */
  readonly headline: string;
  /** Why, as the cluster says it: the condition's reason in one line, and its message, which may have more. */
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** Where, how long and how many, as label and value, the most telling first. */
  readonly facts: readonly Fact[];
}

export type Fact = readonly [label: string, value: string];

/** The one place that puts an event into words. */
export function describe(event: JobEvent): Description {
  return {
    emoji: EMOJI[event.event],
    headline: `${stateOf(event)}: ${oneLine(event.name)}`,
    reason: oneLine(event.reason ?? "") || undefined,
    message: clean(event.message ?? "") || undefined,
    facts: factsOf(event).filter(([, value]) => value !== ""),
  };
}

/** The whole event in one line: `❌ Failed: mnist (PyTorchJob, ml, prod), ran for 2 h 4 min. BackoffLimitExceeded: …`. */
export function inOneLine(event: JobEvent): string {
  const { emoji, headline, reason, message } = describe(event);
  const where = [event.kind, event.namespace, event.cluster].map(oneLine).join(", ");
  const [timing] = timingOf(event);
  const length = timing === undefined ? "" : `, ${timing[0].toLowerCase()} ${timing[1]}`;
  const why = [reason, message === undefined ? undefined : oneLine(message)].filter((part) => part !== undefined);
  return `${emoji} ${headline} (${where})${length}${why.length === 0 ? "" : `. ${why.join(": ")}`}`;
}

// Each is two columns wide in a terminal: those that need a variation selector are not.
const EMOJI: Readonly<Record<EventType, string>> = {
  Created: "🆕",
  Running: "🚀",
  Restarting: "🔄",
  Suspended: "💤",
  Resumed: "⏩",
  Succeeded: "✅",
  Failed: "❌",
  Vanished: "👻",
};

function stateOf(event: JobEvent): string {
  return event.event === "Running" && hasRunBefore(event) ? "Running again" : event.event;
}

// A job that was suspended may have been so from its creation on: only these two tell of an earlier run.
function hasRunBefore({ previous }: JobEvent): boolean {
  return previous?.event === "Running" || previous?.event === "Restarting";
}

function factsOf(event: JobEvent): readonly Fact[] {
  return [
    ["Namespace", oneLine(event.namespace)],
    ["Cluster", oneLine(event.cluster)],
    ["Kind", oneLine(event.kind)],
    ...timingOf(event),
    ["Before", previousInWords(event)],
    ["Replicas", replicasInWords(event.replicas)],
  ];
}

// `durationSeconds` counts from the job's start. What it means depends on what has just happened.
function timingOf(event: JobEvent): readonly Fact[] {
  const { durationSeconds } = event;
  if (durationSeconds === undefined) return [];
  const length = duration(durationSeconds);
  switch (event.event) {
    case "Created":
    case "Resumed": // a resumed batch Job has just got a new start time
      return [];
    case "Running":
      return [[hasRunBefore(event) ? "Since start" : "Start took", length]];
    case "Restarting":
    case "Suspended":
    case "Succeeded":
    case "Failed":
    case "Vanished":
      return [["Ran for", length]];
    default:
      return event.event satisfies never;
  }
}

function previousInWords({ previous, sincePreviousSeconds }: JobEvent): string {
  if (previous === undefined) return "";
  return sincePreviousSeconds === undefined
    ? previous.event
    : `${previous.event} for ${duration(sincePreviousSeconds)}`;
}

/** A length of time as people say it, in its two largest units: `42 s`, `4 min 10 s`, `2 h 4 min`, `3 d`. */
export function duration(seconds: number): string {
  const total = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  if (total < 60) return `${total} s`;
  if (total < 3_600) return inUnits(total, [60, "min"], [1, "s"]);
  if (total < 86_400) return inUnits(total, [3_600, "h"], [60, "min"]);
  return inUnits(total, [86_400, "d"], [3_600, "h"]);
}

type Unit = readonly [seconds: number, name: string];

function inUnits(total: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((total % large) / small);
  return `${Math.floor(total / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}

// More than any training operator has: what a person reads ends here.
const MAX_REPLICA_TYPES = 8;

/** The pods of a job: `Master 1/1 active; Worker 1/2 active, 1 failed`. Empty where nothing is known. */
export function replicasInWords(replicas: Replicas): string {
  const types = Object.entries(replicas)
    .map(([type, count]) => [oneLine(type), countInWords(count)] as const)
    .filter(([, count]) => count !== "")
    .map(([type, count]) => `${type} ${count}`);
  const shown = types.slice(0, MAX_REPLICA_TYPES).join("; ");
  return types.length > MAX_REPLICA_TYPES ? `${shown}; …` : shown;
}

function countInWords({ active, succeeded, failed, desired }: ReplicaCount): string {
  const of = desired === undefined ? "" : `/${desired}`;
  const parts = [
    ...(active > 0 || (desired !== undefined && succeeded === 0) ? [`${active}${of} active`] : []),
    ...(succeeded > 0 ? [`${succeeded}${active > 0 ? "" : of} succeeded`] : []),
    // A retried pod counts as failed again and again: no share of what was asked for.
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return parts.join(", ");
}

/** Many events in the words that people read, free of control characters and not yet escaped for any medium. */
export interface DigestDescription {
  readonly emoji: string;
  /** How many there are: `37 events of 24 jobs`. */
  readonly headline: string;
  /** Of all that happened what matters most. */
  readonly gravest: EventType;
  /** Namespace and what happened there, the fullest first: `ml (prod)`, `12 Failed, 3 Succeeded`. At most ten. */
  readonly counts: readonly Fact[];
  /** The first events, those that matter most before others: `❌ Failed: mnist (ml, prod)`. At most ten. */
  readonly first: readonly string[];
  /** How many events are not among the first. */
  readonly more: number;
  /** Where to find all of them. */
  readonly hint: string;
}

// Ten fields are what a Slack section takes, and more than most people read.
const MAX_NAMESPACES = 10;
const MAX_FIRST = 10;

/** The one place that puts a digest into words. */
export function digestInWords({ id, events }: Digest): DigestDescription {
  const sorted = events.toSorted((a, b) => gravity(a.event) - gravity(b.event));
  const jobs = new Set(events.map(({ cluster, uid }) => `${cluster}/${uid}`)).size;
  const first = sorted.slice(0, MAX_FIRST);
  return {
    emoji: "📊",
    headline: `${events.length} events of ${jobs} ${jobs === 1 ? "job" : "jobs"}`,
    gravest: sorted[0]?.event ?? "Created",
    counts: countsOf(sorted),
    first: first.map((event) => `${EMOJI[event.event]} ${stateOf(event)}: ${oneLine(event.name)} (${placeOf(event)})`),
    more: events.length - first.length,
    hint: `jobbell deliveries lists all that is in ${id}`,
  };
}

/** The whole digest in one line: `📊 37 events of 24 jobs: 12 Failed, 25 Succeeded`. */
export function digestInOneLine(digest: Digest): string {
  const { emoji, headline } = digestInWords(digest);
  return `${emoji} ${headline}: ${statesInWords(digest.events)}`;
}

function countsOf(events: readonly JobEvent[]): readonly Fact[] {
  const places = [...Map.groupBy(events, ({ namespace, cluster }) => `${oneLine(namespace)} (${oneLine(cluster)})`)];
  const fullest = places.toSorted(([, a], [, b]) => b.length - a.length);
  const shown = fullest.length > MAX_NAMESPACES ? MAX_NAMESPACES - 1 : fullest.length;
  const rest = fullest.slice(shown);
  const others =
    rest.length === 0 ? [] : [[`${rest.length} more namespaces`, rest.flatMap(([, there]) => there)] as const];
  return [...fullest.slice(0, shown), ...others].map(([place, there]) => [place, statesInWords(there)]);
}

function statesInWords(events: readonly JobEvent[]): string {
  return GRAVEST_FIRST.map((type) => [type, events.filter(({ event }) => event === type).length] as const)
    .filter(([, count]) => count > 0)
    .map(([type, count]) => `${count} ${type}`)
    .join(", ");
}

const GRAVEST_FIRST: readonly EventType[] = [
  "Failed",
  "Restarting",
  "Vanished",
  "Suspended",
  "Succeeded",
  "Resumed",
  "Running",
  "Created",
];

const gravity = (type: EventType): number => GRAVEST_FIRST.indexOf(type);

const placeOf = ({ namespace, cluster }: JobEvent): string => [namespace, cluster].map(oneLine).join(", ");

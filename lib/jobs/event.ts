import { createHash } from "node:crypto";
import type { Transition } from "./diff.ts";
import type { Explanation } from "./explanation.ts";
import type { Labels, Replicas, Resource, RuleType, Seconds, StepType } from "./job.ts";
import { known } from "./known.ts";

/** What a rule raises when something lasts too long, or happens too often. */
export type AlarmType = "Stalled" | "Overdue" | "Flapping";

/** What each type of rule raises. */
export const ALARMS: Readonly<Record<RuleType, AlarmType>> = {
  pendingFor: "Stalled",
  suspendedFor: "Stalled",
  runningFor: "Overdue",
  restarts: "Flapping",
};

export type EventType = StepType | "Vanished" | AlarmType | "Recovered";

export const EVENT_TYPES = [
  "Created",
  "Running",
  "Restarting",
  "Suspended",
  "Resumed",
  "Succeeded",
  "Failed",
  "Vanished",
  "Stalled",
  "Overdue",
  "Flapping",
  "Recovered",
] as const satisfies readonly EventType[];

/** One step in a job's life, as it is routed, stored and sent. */
export interface JobEvent {
  /** The same for the same happening, whoever notices it and whenever: see {@link eventId}. */
  readonly id: string;
  readonly event: EventType;
  /** RFC 3339, UTC, whole seconds: the condition's lastTransitionTime. For `Vanished` the time at which it was noticed; for what a rule found when its limit was crossed, or that was over. */
  readonly at: string;
  readonly cluster: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly reason?: string;
  readonly message?: string;
  /** Seconds from the job's startTime to `at`; absent where one of them is unknown or they do not compare. */
  readonly durationSeconds?: number;
  readonly previous?: { readonly event: StepType; readonly at: string };
  /** Seconds from the previous step to this one. */
  readonly sincePreviousSeconds?: number;
  readonly replicas: Replicas;
  readonly labels: Labels;
  /** Those that the configuration asks for, where there are any. */
  readonly annotations?: Labels;
  /** The rule that raised it, or, of `Recovered`, the one whose alarm is over. */
  readonly rule?: RuleNote;
  readonly explanation?: Explanation;
}

/** What a rule over time found. */
export interface RuleNote {
  readonly type: RuleType;
  /** What lasts too long began then; of restarts the first that counts; of `Recovered`, when the alarm was raised. RFC 3339. */
  readonly since: string;
  /** The limit: how long, or within which time. */
  readonly seconds: number;
  /** Of restarts: how many there were, and how many are allowed. */
  readonly restarts?: number;
  readonly moreThan?: number;
}

/** A step, or what a rule over time found: an event before it has a place and an id. */
export type Happening = Omit<Transition, "type"> & { readonly type: EventType; readonly rule?: Finding };

/** A {@link RuleNote} before its time is written out. */
export type Finding = Omit<RuleNote, "since"> & { readonly since: Seconds };

/** Where a job was found: the parts of an event that its object does not carry. */
export interface Origin {
  readonly cluster: string;
  readonly resource: Resource;
}

/**
 * The id of a happening: made of what happened, never of when it was noticed, so that two pollers, or one poller
 * that died and came back, make the same id. A job vanishes once, so `Vanished` needs no time; of what two rules found may be
 * over at the same moment, so `Recovered` needs the `rule`.
 */
export function eventId(cluster: string, uid: string, type: EventType, at: Seconds, rule?: RuleType): string {
  const time = type === "Vanished" ? "" : String(at);
  const parts = [cluster, uid, type, time, ...(type === "Recovered" && rule !== undefined ? [rule] : [])];
  return `evt_${createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 32)}`;
}

/** What happened as the event that people and programs are told of. */
export function eventOf({ cluster, resource }: Origin, happening: Happening): JobEvent {
  const { type, at, reason, message, previous, job, rule } = happening;
  return {
    id: eventId(cluster, job.uid, type, at, rule?.type),
    event: type,
    at: rfc3339(at),
    cluster,
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    namespace: job.namespace,
    name: job.name,
    uid: job.uid,
    ...known({
      reason,
      message,
      // A job that was just created has not run, whatever the clocks of API server and controller make of it.
      durationSeconds: type === "Created" ? undefined : span(job.startedAt, at),
      previous: previous && { event: previous.type, at: rfc3339(previous.at) },
      sincePreviousSeconds: span(previous?.at, at),
    }),
    replicas: job.replicas,
    labels: job.labels,
    ...(Object.keys(job.annotations).length > 0 && { annotations: job.annotations }),
    ...(rule !== undefined && { rule: { ...rule, since: rfc3339(rule.since) } }),
  };
}

/** Seconds between two times, or nothing where they come out of order: they were then taken from two clocks, or from two runs. */
function span(from: Seconds | undefined, to: Seconds): number | undefined {
  return from === undefined || to < from ? undefined : to - from;
}

/** `group/version`, or `version` for the core group. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** Seconds as RFC 3339 in UTC, without a fraction: `2026-11-21T00:13:07Z`. */
export function rfc3339(at: Seconds): string {
  return new Date(at * 1000).toISOString().replace(".000Z", "Z");
}

import { createHash } from "node:crypto";
import type { Transition } from "./diff.ts";
import type { Labels, Replicas, Resource, Seconds, StepType } from "./job.ts";

export type EventType = StepType | "Vanished";

export const EVENT_TYPES = [
  "Created",
  "Running",
  "Restarting",
  "Suspended",
  "Resumed",
  "Succeeded",
  "Failed",
  "Vanished",
] as const satisfies readonly EventType[];

/** One step in a job's life, as it is routed, stored and sent. */
export interface JobEvent {
  /** The same for the same happening, whoever notices it and whenever: see {@link eventId}. */
  readonly id: string;
  readonly event: EventType;
  /** RFC 3339, UTC, whole seconds: the condition's lastTransitionTime. For `Vanished` the time at which it was noticed. */
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
}

/** Where a job was found: the parts of an event that its object does not carry. */
export interface Origin {
  readonly cluster: string;
  readonly resource: Resource;
}

/**
 * The id of a happening: made of what happened, never of when it was noticed, so that two pollers, or one poller
 * that died and came back, make the same id. A job vanishes once, so `Vanished` needs no time.
 */
export function eventId(cluster: string, uid: string, type: EventType, at: Seconds): string {
  const time = type === "Vanished" ? "" : String(at);
  const digest = createHash("sha256").update([cluster, uid, type, time].join("\0")).digest("hex");
  return `evt_${digest.slice(0, 32)}`;
}

/** A transition as the event that people and programs are told of. */
export function eventOf({ cluster, resource }: Origin, transition: Transition): JobEvent {
  const { type, at, reason, message, previous, job } = transition;
  return {
    id: eventId(cluster, job.uid, type, at),
    event: type,
    at: rfc3339(at),
    cluster,
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    namespace: job.namespace,
    name: job.name,
    uid: job.uid,
    ...optional({
      reason,
      message,
      // A job that was just created has not run, whatever the clocks of API server and controller make of it.
      durationSeconds: type === "Created" ? undefined : span(job.startedAt, at),
      previous: previous && { event: previous.type, at: rfc3339(previous.at) },
      sincePreviousSeconds: span(previous?.at, at),
    }),
    replicas: job.replicas,
    labels: job.labels,
  };
}

/** Seconds between two times, or nothing where they come out of order: they were then taken from two clocks, or from two runs. */
function span(from: Seconds | undefined, to: Seconds): number | undefined {
  return from === undefined || to < from ? undefined : to - from;
}

/** Leaves out what is not known, so that an event is the same as JSON and back. */
function optional<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** `group/version`, or `version` for the core group. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** Seconds as RFC 3339 in UTC, without a fraction: `2026-11-21T00:13:07Z`. */
export function rfc3339(at: Seconds): string {
  return new Date(at * 1000).toISOString().replace(".000Z", "Z");
}

import { createHash } from "node:crypto";
import type { JobEvent } from "#jobs/event";
import { cut, oneLine } from "#text/clean";
import { type Description, describe, inOneLine } from "../words.ts";

/** How loud PagerDuty is about a failure: `critical` and `error` page by default, where a service tells them apart. */
export type Severity = "critical" | "error" | "warning" | "info";

/** What the event does to the job's alert. */
export type Action = "trigger" | "resolve";

/** What PagerDuty's Events API v2 takes of an event that `action` fits. */
export function alertEvent(event: JobEvent, action: Action, routingKey: string, severity: Severity): object {
  const common = { routing_key: routingKey, event_action: action, dedup_key: dedupKey(event) };
  return action === "resolve" ? common : { ...common, client: "Jobbell", payload: payloadOf(event, severity) };
}

// At most 255 characters.
const PLAIN_KEY = /^[\w./ -]{1,255}$/;

/** One alert for one job, whoever watches it. */
function dedupKey({ cluster, uid }: JobEvent): string {
  const key = `${cluster}/${uid}`;
  return PLAIN_KEY.test(key) ? key : createHash("sha256").update(key).digest("hex");
}

// Only the summary's limit is documented, and 512 kB for the whole: developer.pagerduty.com, Events API v2, overview and
// trigger-events. The others are what people read.
const MAX_SUMMARY = 1_024;
const MAX_FIELD = 255;
const MAX_MESSAGE = 8_192;
const MAX_LABELS = 50;

function payloadOf(event: JobEvent, severity: Severity) {
  const description = describe(event);
  return {
    // It is read out on the phone.
    summary: inert(inOneLine(event).replace(`${description.emoji} `, ""), MAX_SUMMARY),
    severity,
    timestamp: event.at,
    source: field(event.cluster) || "unknown",
    component: field(event.name),
    group: field(event.namespace),
    class: field(`${event.kind} ${event.event}`),
    custom_details: { ...detailsOf(event, description), Labels: labelsOf(event) },
  };
}

function detailsOf(event: JobEvent, { facts, reason, message }: Description): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ["Name", field(event.name)],
    ["Uid", field(event.uid)],
    ...facts.map(([label, value]) => [label, field(value)]),
    ...(reason === undefined ? [] : [["Reason", field(reason)]]),
    ...(message === undefined ? [] : [["Message", inert(message, MAX_MESSAGE)]]),
  ]);
}

function labelsOf({ labels }: JobEvent): Readonly<Record<string, string>> {
  const first = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_LABELS);
  return Object.fromEntries(first.map(([key, value]) => [field(key), field(value)]));
}

function field(text: string): string {
  return inert(oneLine(text), MAX_FIELD);
}

const WORD_JOINER = "\u2060";

// PagerDuty makes a link of every address in its texts, and reads some HTML: neither may come from a cluster.
function inert(text: string, max: number): string {
  const unlinked = text.replace(/:\/\//g, `:${WORD_JOINER}//`).replace(/\bwww\./gi, `www${WORD_JOINER}.`);
  return cut(unlinked.replaceAll("<", "‹").replaceAll(">", "›"), max);
}

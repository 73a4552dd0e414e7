import { createHash } from "node:crypto";
import type { JobEvent } from "#jobs/event";
import { cut, oneLine } from "#text/clean";
import { type Description, PLAIN_WORDS, type Words } from "#words/words";

/** How loud PagerDuty is about an alert: `critical` and `error` page by default, where a service tells them apart. */
export type Severity = "critical" | "error" | "warning" | "info";

/** What the event does to the job's alert. */
export type Action = "trigger" | "resolve";

/** What PagerDuty's Events API v2 takes of an event that `action` fits. */
export function alertEvent(
  event: JobEvent,
  action: Action,
  routingKey: string,
  severity: Severity,
  words: Words = PLAIN_WORDS,
): object {
  const common = { routing_key: routingKey, event_action: action, dedup_key: dedupKey(event) };
  if (action === "resolve") return common;
  const description = words.describe(event);
  const links = description.links.map(({ title, url }) => ({ href: url, text: field(title) }));
  const payload = payloadOf(event, severity, description, words);
  return { ...common, client: "Jobbell", ...(links.length > 0 && { links }), payload };
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

function payloadOf(event: JobEvent, severity: Severity, description: Description, words: Words) {
  return {
    // It is read out on the phone.
    summary: inert(words.inOneLine(event).replace(`${description.emoji} `, ""), MAX_SUMMARY),
    severity,
    timestamp: event.at,
    source: field(event.cluster) || "unknown",
    component: field(event.name),
    group: field(event.namespace),
    class: field(`${event.kind} ${event.event}`),
    custom_details: { ...detailsOf(event, description, words), [words.label("labels")]: labelsOf(event) },
  };
}

function detailsOf(event: JobEvent, said: Description, { label, times }: Words): Readonly<Record<string, string>> {
  const { facts, finding, cause, reason, warnings, log, text } = said;
  const details: readonly (readonly [string, string | undefined])[] = [
    [label("name"), field(event.name)],
    [label("uid"), field(event.uid)],
    ...(times === undefined ? [] : [[label("time"), field(times.write(event.at))] as const]),
    ...facts.map(([title, value]) => [title, field(value)] as const),
    [label("rule"), finding && field(finding)],
    [label("cause"), cause && inert(cause, MAX_MESSAGE)],
    [label("reason"), reason && field(reason)],
    [label("message"), inert(text ?? said.message ?? "", MAX_MESSAGE)],
    [label("warnings"), inert(warnings.join("\n"), MAX_MESSAGE)],
    [label("log"), inert(log?.lines.join("\n") ?? "", MAX_MESSAGE)],
  ];
  return Object.fromEntries(details.flatMap(([title, value]) => (value ? [[title, value]] : [])));
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

import * as z from "zod";
import { type Loopback, startLoopback } from "./loopback-receiver.ts";

// developer.pagerduty.com, Events API v2: overview and trigger-events. What is not listed there is refused, as a typing mistake would be.
const Common = { routing_key: z.string().length(32), dedup_key: z.string().min(1).max(255).optional() };
const Payload = z.strictObject({
  summary: z.string().min(1).max(1_024),
  source: z.string().min(1),
  severity: z.enum(["critical", "error", "warning", "info"]),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  component: z.string().optional(),
  group: z.string().optional(),
  class: z.string().optional(),
  custom_details: z.record(z.string(), z.unknown()).optional(),
});
const Trigger = z.strictObject({
  ...Common,
  event_action: z.literal("trigger"),
  client: z.string().optional(),
  client_url: z.url().optional(),
  links: z.array(z.strictObject({ href: z.url(), text: z.string().optional() })).optional(),
  payload: Payload,
});
const Follow = z.strictObject({
  ...Common,
  dedup_key: z.string().min(1).max(255),
  event_action: z.enum(["acknowledge", "resolve"]),
});
const AlertEvent = z.discriminatedUnion("event_action", [Trigger, Follow]);
export type AlertEvent = z.infer<typeof AlertEvent>;

const MAX_BYTES = 512 * 1_024;

export interface PagerDutyServer extends Loopback {
  /** What was taken, in order. */
  readonly events: readonly AlertEvent[];
  /** The keys of the alerts that are open: a resolve of another is taken, and does nothing. */
  readonly open: ReadonlySet<string>;
}

/** PagerDuty's Events API v2 with one integration. */
export async function startPagerDuty(routingKey: string): Promise<PagerDutyServer> {
  const events: AlertEvent[] = [];
  const open = new Set<string>();
  const server = await startLoopback("/v2/enqueue", ({ method, body }) => {
    if (method !== "POST") return { status: 405 };
    if (Buffer.byteLength(body) > MAX_BYTES) return { status: 413 };
    const event = AlertEvent.safeParse(parse(body));
    if (!event.success) return invalid(z.prettifyError(event.error));
    if (event.data.routing_key !== routingKey) return invalid("Invalid routing key");
    events.push(event.data);
    const key = event.data.dedup_key ?? String(events.length);
    if (event.data.event_action === "trigger") open.add(key);
    if (event.data.event_action === "resolve") open.delete(key);
    return { status: 202, body: JSON.stringify({ status: "success", message: "Event processed", dedup_key: key }) };
  });
  return Object.assign(server, { events, open });
}

function invalid(problem: string) {
  const answer = { status: "invalid event", message: "Event object is invalid", errors: [problem] };
  return { status: 400, body: JSON.stringify(answer) };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** What an alert does besides being read: addresses and tags that the page of an incident would turn into links. */
export function linksIn(event: AlertEvent): readonly string[] {
  if (event.event_action !== "trigger") return [];
  const elsewhere = (event.links ?? [])
    .map(({ href }) => href)
    .filter((href) => !href.startsWith("https://logs.example.com/"));
  const { links, ...shown } = event;
  return [...elsewhere, ...[...JSON.stringify(shown).matchAll(/\w:\/\/|www\.\w|<\/?\w/gi)].map(([found]) => found)];
}

/** An alert as the page of its incident shows it, without colours. */
export function asPaged(event: AlertEvent): string {
  if (event.event_action !== "trigger") return `${event.event_action}: ${event.dedup_key}`;
  const { summary, severity, source, component, group, class: type, custom_details: details = {} } = event.payload;
  const rows = { Severity: severity, Source: source, Component: component, Group: group, Class: type, ...details };
  const lines = Object.entries(rows).map(
    ([label, value]) => `${label}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [summary, ...lines.map((line) => `  ${line}`)].join("\n");
}

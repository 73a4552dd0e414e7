import { EVENT_TYPES, type EventType } from "#jobs/event";
import { literalOf } from "../references.ts";
import { checkReceiverSafety } from "../values.ts";
import { entriesOf, type Finding, mapIn, type Outline, type Rule, sectionsOf } from "./outline.ts";

/** Where receivers have an address of the user's: the rest knows its service. */
const ADDRESSES = [
  ["slack", "webhookUrl"],
  ["teams", "webhookUrl"],
  ["discord", "webhookUrl"],
  ["webhook", "url"],
] as const;

/** An address that stands in the file is encrypted and everybody's, or is allowed not to be. Others are looked at once they are resolved. */
export const addressesSafe: Rule = ({ receivers }) =>
  receivers.flatMap((entry, index) =>
    ADDRESSES.flatMap(([kind, key]): readonly Finding[] => {
      const map = mapIn(entry, kind);
      const text = map?.[key];
      const literal = typeof text === "string" ? literalOf(text) : undefined;
      if (map === undefined || literal === undefined) return [];
      const allowances = { allowInsecure: map.allowInsecure === true, allowPrivate: map.allowPrivate === true };
      const complaint = checkReceiverSafety(literal, allowances);
      return complaint === undefined
        ? []
        : [{ path: ["receivers", index, kind, key], message: `${key}: ${complaint}` }];
    }),
  );

/** The ARN of a bus names its region. */
export const busesFit: Rule = ({ receivers }) =>
  receivers.flatMap((entry, index): readonly Finding[] => {
    const { bus, region } = mapIn(entry, "eventbridge") ?? {};
    if (typeof bus !== "string" || !bus.startsWith("arn:") || region === undefined) return [];
    return [
      { path: ["receivers", index, "eventbridge", "region"], message: "region: the bus's ARN names it", at: "key" },
    ];
  });

/** Of all receivers a bot of Slack's alone posts where it is told to. */
export const channelsChosen: Rule = (outline) =>
  sectionsOf(outline).flatMap(({ path, annotations }): readonly Finding[] => {
    const { receivers } = outline;
    if (annotations?.channel === undefined || receivers.some((entry) => isBot(entry)) || receivers.length === 0)
      return [];
    const message = "channel: needs a receiver with slack.token: nothing else can choose its channel";
    return [{ path: [...path, "annotations", "channel"], message, at: "key" }];
  });

function isBot(entry: Outline["receivers"][number]): boolean {
  return mapIn(entry, "slack")?.token !== undefined;
}

/** An alert that nothing ends stays open until somebody closes it by hand. */
export const alertsEnd: Rule = (outline) =>
  outline.receivers.flatMap((entry, index): readonly Finding[] => {
    const name = entry?.name;
    if (!name || mapIn(entry, "pagerduty") === undefined) return [];
    const routes = entriesOf(outline).flatMap((namespace) => namespace?.routes ?? []);
    const heard = routes.flatMap((route) => (route?.receivers.includes(name) ? [route.on ?? ALL] : [])).flat();
    const isOpen = ALERTS.some(
      ([opens, ends]) => heard.includes(opens) && !ends.some((event) => heard.includes(event)),
    );
    if (!isOpen) return [];
    const message = `name: alerts of ${JSON.stringify(name)} are never closed: route Running, Succeeded and Recovered to it, too`;
    return [{ path: ["receivers", index, "name"], message }];
  });

/** Whoever may create a job may take its failures from whom it subscribes: nobody means that of a pager. */
export const pagersKept: Rule = (outline) => {
  const pagers = outline.receivers.flatMap((entry) => (mapIn(entry, "pagerduty") === undefined ? [] : [entry?.name]));
  return sectionsOf(outline).flatMap(({ path, annotations }) =>
    (annotations?.notify ?? []).flatMap((name, index): readonly Finding[] => {
      if (!name || !pagers.includes(name)) return [];
      const message = `notify: a job can keep its failures from ${JSON.stringify(name)}, which pages: leave it to the routes`;
      return [{ path: [...path, "annotations", "notify", index], message }];
    }),
  );
};

const ALL: readonly string[] = EVENT_TYPES;
/** What opens an alert, and what may end it. */
const ALERTS: readonly (readonly [opens: EventType, ends: readonly EventType[]])[] = [
  ["Failed", ["Running", "Succeeded"]],
  ["Stalled", ["Running", "Succeeded", "Recovered"]],
  ["Overdue", ["Succeeded", "Recovered"]],
  ["Flapping", ["Succeeded", "Recovered"]],
];

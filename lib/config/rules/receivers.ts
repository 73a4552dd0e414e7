import { EVENT_TYPES } from "#jobs/event";
import { literalOf } from "../references.ts";
import { checkReceiverSafety } from "../values.ts";
import { type Finding, mapIn, type Rule } from "./outline.ts";

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

/** An alert that nothing ends stays open until somebody closes it by hand. */
export const alertsEnd: Rule = ({ receivers, namespaces }) =>
  receivers.flatMap((entry, index): readonly Finding[] => {
    const name = entry?.name;
    if (!name || mapIn(entry, "pagerduty") === undefined) return [];
    const routes = namespaces.flatMap((namespace) => namespace?.routes ?? []);
    const heard = routes.flatMap((route) => (route?.receivers.includes(name) ? [route.on ?? ALL] : [])).flat();
    if (!heard.includes("Failed") || heard.some((event) => ALERT_ENDS.includes(event))) return [];
    const message = `name: alerts of ${JSON.stringify(name)} are never closed: route Running and Succeeded to it, too`;
    return [{ path: ["receivers", index, "name"], message }];
  });

const ALL: readonly string[] = EVENT_TYPES;
const ALERT_ENDS: readonly string[] = ["Running", "Succeeded"];

import type { Document, Path } from "./document.ts";
import type { ReceiverConfig, Reference } from "./model.ts";
import { present } from "./present.ts";
import type { ConfigFile } from "./schema.ts";

type Entry = ConfigFile["receivers"][number];
/** The reference that stands at a path within a receiver's entry. */
type Refer = (path: Path, text: string) => Reference;

/** The receiver that an entry at `path` describes. */
export function receiverOf(entry: Entry, path: Path, document: Document): ReceiverConfig {
  const { name, slack, teams, discord, pagerduty, webhook, sns, eventbridge } = entry;
  const refer: Refer = (keys, text) => ({ text, at: document.placeOf([...path, ...keys]) });
  if (slack !== undefined) return { name, ...slackOf(slack, refer) };
  if (teams !== undefined) return { name, type: "teams", ...addressed("teams", teams, refer) };
  if (discord !== undefined) return { name, type: "discord", ...addressed("discord", discord, refer) };
  if (pagerduty !== undefined) {
    const routingKey = refer(["pagerduty", "routingKey"], pagerduty.routingKey);
    return { name, type: "pagerduty", ...pagerduty, routingKey };
  }
  if (sns !== undefined) return { name, type: "sns", ...sns };
  if (eventbridge !== undefined) return { name, type: "eventbridge", ...eventbridge };
  return { name, ...webhookOf(present(webhook), refer) };
}

function slackOf({ token, channel, style, webhookUrl, ...slack }: NonNullable<Entry["slack"]>, refer: Refer) {
  if (webhookUrl !== undefined)
    return { type: "slack", ...addressed("slack", { ...slack, webhookUrl }, refer) } as const;
  return {
    type: "slackBot",
    token: refer(["slack", "token"], present(token)),
    channel: refer(["slack", "channel"], present(channel)),
    style,
    digestAbove: slack.digestAbove,
  } as const;
}

function addressed<Keys extends { readonly webhookUrl: string }>(kind: string, keys: Keys, refer: Refer) {
  return { ...keys, webhookUrl: refer([kind, "webhookUrl"], keys.webhookUrl) };
}

function webhookOf({ url, secret = [], ...rest }: NonNullable<Entry["webhook"]>, refer: Refer) {
  const at = ["webhook", "secret"];
  const secrets =
    typeof secret === "string" ? [refer(at, secret)] : secret.map((text, index) => refer([...at, index], text));
  return { type: "webhook", ...rest, url: refer(["webhook", "url"], url), secrets } as const;
}

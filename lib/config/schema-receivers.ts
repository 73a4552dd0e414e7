import * as z from "zod";
import { Messages, TimeZone } from "./schema-messages.ts";
import { Name, REGION, referenceText, Text, Yes } from "./schema-text.ts";
import { checkRoutingKey, checkSigningSecret, checkSlackChannel, checkSlackToken, checkUrl } from "./values.ts";
import { oneOf, RECEIVER_CHOICE, SLACK_CHOICE } from "./ways.ts";

// The names that SNS and EventBridge take.
const TOPIC = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;
const BUS = /^(?:arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus\/)?[A-Za-z0-9/._-]{1,256}$/;

function textLike(pattern: RegExp, message: string) {
  // A reference has a complaint of its own.
  return Text.refine((text) => text === "" || text.includes("${") || pattern.test(text), message);
}

const Address = {
  allowInsecure: Yes.exactOptional().describe(
    "The address may start with http://, which everybody on the way can read.",
  ),
  allowPrivate: Yes.exactOptional().describe("The address may be this machine's or one of a private network."),
};

const DIGEST_ABOVE = "must be a whole number from 1 to 1000";
const Chat = {
  digestAbove: z
    .int(DIGEST_ABOVE)
    .min(1, DIGEST_ABOVE)
    .max(1000, DIGEST_ABOVE)
    .default(20)
    .describe("Of more events than this in a minute people are told in one message."),
};

const Slack = z
  .strictObject({
    webhookUrl: referenceText(checkUrl).exactOptional().describe("Address of an incoming webhook. A secret."),
    ...Address,
    token: referenceText(checkSlackToken)
      .exactOptional()
      .describe("Token of an app's bot, xoxb-…, in place of webhookUrl."),
    channel: referenceText(checkSlackChannel)
      .exactOptional()
      .describe("Where the bot posts: #name, or the channel's id."),
    style: z
      .enum(["thread", "update", "plain"])
      .default("thread")
      .describe(
        "What the bot does of a job: one message that is edited, with a reply for each event; the message alone; or a message for each event.",
      ),
    ...Chat,
  })
  .meta({ description: "A Slack channel.", ...oneOf(SLACK_CHOICE) });

const Teams = z
  .strictObject({
    webhookUrl: referenceText(checkUrl).describe("Address of a workflow that posts to a channel or chat. A secret."),
    ...Address,
    ...Chat,
  })
  .describe("A channel or chat of Microsoft Teams.");

const Discord = z
  .strictObject({
    webhookUrl: referenceText(checkUrl).describe("Address of a channel's webhook. A secret."),
    ...Address,
    ...Chat,
  })
  .describe("A Discord channel.");

const PagerDuty = z
  .strictObject({
    routingKey: referenceText(checkRoutingKey).describe("Integration key of a service, for Events API v2. A secret."),
    severity: z.enum(["critical", "error", "warning", "info"]).default("error").describe("Of its alerts."),
    region: z
      .enum(["us", "eu"])
      .default("us")
      .describe("Where the account is: eu where its address ends in eu.pagerduty.com."),
  })
  .describe(
    "A service of PagerDuty: a job that failed, or of which a rule raises something, triggers an alert; what ends that resolves it.",
  );

const Secret = referenceText(checkSigningSecret);
const Webhook = z
  .strictObject({
    url: referenceText(checkUrl).describe("Address that events are posted to."),
    secret: z
      .union([Secret, z.array(Secret).min(1, "must have at least one entry")])
      .exactOptional()
      .describe("Signing secret, whsec_ and base64; a list of them, the newest first, while one is rotated."),
    format: z
      .enum(["standard", "cloudevents"])
      .default("standard")
      .describe("What the body looks like: Jobbell's own, or CloudEvents 1.0 in JSON."),
    ...Address,
  })
  .describe("Any HTTP endpoint. Posts follow Standard Webhooks.");

const Sns = z
  .strictObject({
    topicArn: textLike(TOPIC, "must be the ARN of a topic: arn:aws:sns:REGION:ACCOUNT:NAME").describe(
      "ARN of the topic.",
    ),
  })
  .describe("A topic of Amazon SNS, with the credentials of the environment. In a function: its role's.");

const EventBridge = z
  .strictObject({
    bus: textLike(BUS, "must be the name of an event bus, or its ARN").describe("Name or ARN of the event bus."),
    region: z
      .string()
      .regex(REGION, "must be the name of a region, such as eu-central-1")
      .exactOptional()
      .describe("Region of the bus. Default: that of its ARN, or of the environment."),
  })
  .describe("An event bus of Amazon EventBridge, with the credentials of the environment. In a function: its role's.");

const Clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "22:00", in quotes');
const Quiet = z
  .strictObject({
    from: Clock.describe("When they begin."),
    to: Clock.describe("When they end; on the day after, where that is not later than from. As from: a whole day."),
    days: z
      .array(z.enum(["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]))
      .min(1, "must have at least one entry")
      .exactOptional()
      .describe("The days on which they begin. Default: every day."),
    timeZone: TimeZone.exactOptional().describe(
      "Whose clock it is, such as Europe/Berlin. Default: that of messages, or UTC.",
    ),
  })
  .describe("Hours in which nothing is sent.");

/** An entry under `receivers`, key by key. */
export const Receiver = z
  .strictObject({
    name: Name.refine(
      (name) => !/\/(?:#|[CDG][A-Z0-9]{7,20}$)/.test(name),
      'must not have a channel in it, such as "/#ml"',
    ).describe("What routes, messages and logs call the receiver."),
    slack: Slack.exactOptional(),
    teams: Teams.exactOptional(),
    discord: Discord.exactOptional(),
    pagerduty: PagerDuty.exactOptional(),
    webhook: Webhook.exactOptional(),
    sns: Sns.exactOptional(),
    eventbridge: EventBridge.exactOptional(),
    messages: Messages.exactOptional().describe(
      "How this receiver's messages are worded, key by key in place of messages above.",
    ),
    quiet: z
      .array(Quiet)
      .min(1, "must have at least one entry")
      .exactOptional()
      .describe(
        "Hours in which nothing is sent: what happens then is told afterwards, in one message where people read it.",
      ),
  })
  .meta({ description: "A place where events are sent.", ...oneOf(RECEIVER_CHOICE) });

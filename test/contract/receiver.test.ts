import { discordReceiver } from "#receivers/discord/discord";
import { eventBridgeReceiver } from "#receivers/eventbridge/eventbridge";
import { pagerDutyReceiver } from "#receivers/pagerduty/pagerduty";
import { slackBotReceiver } from "#receivers/slack/bot";
import { slackReceiver } from "#receivers/slack/slack";
import { snsReceiver } from "#receivers/sns/sns";
import { teamsReceiver } from "#receivers/teams/teams";
import { webhookReceiver } from "#receivers/webhook/webhook";
import { AWS_KEYS } from "../support/aws-signed.ts";
import { startCloudEvents } from "../support/cloudevents-rules.ts";
import { DiscordPayload, effects as discordEffects, startDiscord } from "../support/discord-rules.ts";
import { BUS, startEventBridge } from "../support/eventbridge-rules.ts";
import { startSlack, startWebhook } from "../support/loopback-receiver.ts";
import { linksIn, startPagerDuty } from "../support/pagerduty-rules.ts";
import { startSlackApi } from "../support/slack-api.ts";
import { mentionsAndLinks, SlackPayload } from "../support/slack-rules.ts";
import { FIFO_TOPIC, startSns, TOPIC } from "../support/sns-rules.ts";
import { startTeams, TeamsPayload, effects as teamsEffects } from "../support/teams-rules.ts";
import { receiverContract } from "./receiver.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

receiverContract("slack", {
  startServer: () => startSlack(),
  receiver: ({ url, ...rest }) => slackReceiver({ ...rest, webhookUrl: url, digestAbove: 20 }),
  digests: true,
  effects: (body) => mentionsAndLinks(SlackPayload.parse(JSON.parse(body))),
  secrets: [],
});

receiverContract("teams", {
  startServer: () => startTeams(),
  receiver: ({ url, ...rest }) => teamsReceiver({ ...rest, webhookUrl: url, digestAbove: 20 }),
  digests: true,
  effects: (body) => teamsEffects(TeamsPayload.parse(JSON.parse(body))),
  secrets: [],
});

receiverContract("discord", {
  startServer: () => startDiscord(),
  receiver: ({ url, ...rest }) => discordReceiver({ ...rest, webhookUrl: url, digestAbove: 20 }),
  digests: true,
  effects: (body) => discordEffects(DiscordPayload.parse(JSON.parse(body))),
  secrets: [],
});

const BOT_TOKEN = "xoxb-test-token";

for (const style of ["thread", "plain"] as const)
  receiverContract("slack", {
    startServer: () => startSlackApi({ token: BOT_TOKEN }),
    receiver: ({ url, ...rest }) =>
      slackBotReceiver({ ...rest, token: BOT_TOKEN, channel: "#ml-alerts", style, digestAbove: 20, apiUrl: url }),
    digests: true,
    secrets: [BOT_TOKEN],
    success: '{"ok":true,"channel":"C0ALERTS01","ts":"1700000000.000001"}',
  });

receiverContract("webhook", {
  startServer: () => startWebhook(SECRET),
  receiver: ({ url, ...rest }) => webhookReceiver({ ...rest, url, secrets: [SECRET] }),
  secrets: [SECRET, SECRET.slice("whsec_".length)],
});

receiverContract("webhook", {
  startServer: () => startCloudEvents(),
  receiver: ({ url, ...rest }) => webhookReceiver({ ...rest, url, secrets: [SECRET], format: "cloudevents" }),
  secrets: [SECRET, SECRET.slice("whsec_".length)],
});

const ROUTING_KEY = "0123456789abcdef0123456789ABCDEF";

receiverContract("pagerduty", {
  startServer: () => startPagerDuty(ROUTING_KEY),
  receiver: ({ url, ...rest }) => pagerDutyReceiver({ ...rest, endpoint: url, routingKey: ROUTING_KEY }),
  effects: (body) => linksIn(JSON.parse(body)),
  secrets: [ROUTING_KEY],
});

const credentials = async () => AWS_KEYS;

for (const topicArn of [TOPIC, FIFO_TOPIC])
  receiverContract("sns", {
    startServer: () => startSns(),
    receiver: ({ url, ...rest }) => snsReceiver({ ...rest, topicArn, endpoint: url, credentials }),
    secrets: [...Object.values(AWS_KEYS), topicArn, "123456789012"],
  });

receiverContract("eventbridge", {
  startServer: () => startEventBridge(),
  receiver: ({ url, ...rest }) => eventBridgeReceiver({ ...rest, bus: BUS, endpoint: url, credentials }),
  secrets: [...Object.values(AWS_KEYS), BUS, "123456789012"],
  success: '{"FailedEntryCount":0,"Entries":[{"EventId":"11710aed"}]}',
});

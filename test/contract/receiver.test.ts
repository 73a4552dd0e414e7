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
import { startDiscord } from "../support/discord-rules.ts";
import { BUS, startEventBridge } from "../support/eventbridge-rules.ts";
import { startSlack, startWebhook } from "../support/loopback-receiver.ts";
import { startPagerDuty } from "../support/pagerduty-rules.ts";
import { startSlackApi } from "../support/slack-api.ts";
import { FIFO_TOPIC, startSns, TOPIC } from "../support/sns-rules.ts";
import { startTeams } from "../support/teams-rules.ts";
import { receiverContract } from "./receiver.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

receiverContract("slack", {
  startServer: () => startSlack(),
  receiver: ({ name, url, post }) => slackReceiver({ name, webhookUrl: url, digestAbove: 20, post }),
  digests: true,
  secrets: [],
});

receiverContract("teams", {
  startServer: () => startTeams(),
  receiver: ({ name, url, post }) => teamsReceiver({ name, webhookUrl: url, digestAbove: 20, post }),
  digests: true,
  secrets: [],
});

receiverContract("discord", {
  startServer: () => startDiscord(),
  receiver: ({ name, url, post }) => discordReceiver({ name, webhookUrl: url, digestAbove: 20, post }),
  digests: true,
  secrets: [],
});

const BOT_TOKEN = "xoxb-test-token";

for (const style of ["thread", "plain"] as const)
  receiverContract("slack", {
    startServer: () => startSlackApi({ token: BOT_TOKEN }),
    receiver: ({ name, url, post }) =>
      slackBotReceiver({ name, token: BOT_TOKEN, channel: "#ml-alerts", style, digestAbove: 20, apiUrl: url, post }),
    digests: true,
    secrets: [BOT_TOKEN],
    success: '{"ok":true,"channel":"C0ALERTS01","ts":"1700000000.000001"}',
  });

receiverContract("webhook", {
  startServer: () => startWebhook(SECRET),
  receiver: ({ name, url, post }) => webhookReceiver({ name, url, secrets: [SECRET], post }),
  secrets: [SECRET, SECRET.slice("whsec_".length)],
});

receiverContract("webhook", {
  startServer: () => startCloudEvents(),
  receiver: ({ name, url, post }) => webhookReceiver({ name, url, secrets: [SECRET], format: "cloudevents", post }),
  secrets: [SECRET, SECRET.slice("whsec_".length)],
});

const ROUTING_KEY = "0123456789abcdef0123456789ABCDEF";

receiverContract("pagerduty", {
  startServer: () => startPagerDuty(ROUTING_KEY),
  receiver: ({ name, url, post }) => pagerDutyReceiver({ name, endpoint: url, routingKey: ROUTING_KEY, post }),
  secrets: [ROUTING_KEY],
});

const credentials = async () => AWS_KEYS;

for (const topicArn of [TOPIC, FIFO_TOPIC])
  receiverContract("sns", {
    startServer: () => startSns(),
    receiver: ({ name, url, post }) => snsReceiver({ name, topicArn, endpoint: url, credentials, post }),
    secrets: [...Object.values(AWS_KEYS), topicArn, "123456789012"],
  });

receiverContract("eventbridge", {
  startServer: () => startEventBridge(),
  receiver: ({ name, url, post }) => eventBridgeReceiver({ name, bus: BUS, endpoint: url, credentials, post }),
  secrets: [...Object.values(AWS_KEYS), BUS, "123456789012"],
  success: '{"FailedEntryCount":0,"Entries":[{"EventId":"11710aed"}]}',
});

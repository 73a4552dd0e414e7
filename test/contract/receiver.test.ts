import { slackReceiver } from "#receivers/slack/slack";
import { webhookReceiver } from "#receivers/webhook/webhook";
import { startSlack, startWebhook } from "../support/loopback-receiver.ts";
import { receiverContract } from "./receiver.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

receiverContract("slack", {
  startServer: () => startSlack(),
  receiver: ({ name, url, post }) => slackReceiver({ name, webhookUrl: url, post }),
  secrets: [],
});

receiverContract("webhook", {
  startServer: () => startWebhook(SECRET),
  receiver: ({ name, url, post }) => webhookReceiver({ name, url, secrets: [SECRET], post }),
  secrets: [SECRET, SECRET.slice("whsec_".length)],
});

import type { ReceiverConfig } from "#config/model";
import { type AwsCredentials, awsCredentials } from "#receivers/aws-credentials";
import { discordReceiver } from "#receivers/discord/discord";
import { eventBridgeReceiver } from "#receivers/eventbridge/eventbridge";
import { pagerDutyReceiver } from "#receivers/pagerduty/pagerduty";
import { httpPost, type Post } from "#receivers/post";
import type { Receiver } from "#receivers/receiver";
import { slackReceiver } from "#receivers/slack/slack";
import { snsReceiver } from "#receivers/sns/sns";
import { teamsReceiver } from "#receivers/teams/teams";
import { webhookReceiver } from "#receivers/webhook/webhook";
import { withQuiet } from "./quiet.ts";

/** What receivers share. A connection of the one HTTP client is never used by the other. */
export interface Outside {
  /** Posts to addresses of everybody alone. */
  readonly guarded: Post;
  /** Posts to any address. */
  readonly unguarded: Post;
  readonly credentials: AwsCredentials;
}

export function openOutside(): Outside {
  return {
    guarded: httpPost(),
    unguarded: httpPost({ allowPrivate: true }),
    credentials: awsCredentials(process.env),
  };
}

/** The receiver that a configuration describes. Throws ReceiverError. */
export async function openReceiver(receiver: ReceiverConfig<string>, outside = openOutside()): Promise<Receiver> {
  return withQuiet(await openByType(receiver, outside), receiver.quiet);
}

async function openByType(receiver: ReceiverConfig<string>, outside: Outside): Promise<Receiver> {
  const { guarded, unguarded } = outside;
  switch (receiver.type) {
    case "slack":
      return slackReceiver({ ...receiver, post: postFor(receiver, outside) });
    case "slackBot": {
      // Loaded where it is needed: Slack's package is larger than all of Jobbell.
      const { slackBotReceiver } = await import("#receivers/slack/bot");
      return slackBotReceiver({ ...receiver, post: guarded });
    }
    case "teams":
      return teamsReceiver({ ...receiver, post: postFor(receiver, outside) });
    case "discord":
      return discordReceiver({ ...receiver, post: postFor(receiver, outside) });
    case "pagerduty":
      return pagerDutyReceiver({ ...receiver, post: guarded });
    case "webhook":
      return webhookReceiver({ ...receiver, post: postFor(receiver, outside) });
    case "sns":
      return snsReceiver({ ...receiver, ...ofAws("SNS", outside), post: unguarded });
    case "eventbridge":
      return eventBridgeReceiver({ ...inRegion(receiver), ...ofAws("EVENTBRIDGE", outside), post: unguarded });
    default:
      return receiver satisfies never;
  }
}

function postFor({ allowPrivate = false }: { readonly allowPrivate?: boolean }, { guarded, unguarded }: Outside): Post {
  return allowPrivate ? unguarded : guarded;
}

/** A bus that is given by its name alone is where the environment is. Functions always are somewhere. */
function inRegion(receiver: Extract<ReceiverConfig<string>, { type: "eventbridge" }>, { env } = process) {
  const here = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  return receiver.bus.startsWith("arn:") || !here ? receiver : { region: here, ...receiver };
}

/** AWS's own addresses are private in a VPC that has an endpoint for them. The variables are those of AWS's tools. */
function ofAws(service: "SNS" | "EVENTBRIDGE", { credentials }: Outside, { env } = process) {
  const endpoint = env[`AWS_ENDPOINT_URL_${service}`] || env.AWS_ENDPOINT_URL;
  return { credentials, ...(endpoint ? { endpoint } : {}) };
}

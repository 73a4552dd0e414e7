import {
  type Fields,
  type FieldsOf,
  type HeldReference,
  plain,
  type Read,
  referencesIn,
  resolveIn,
  secret,
} from "./fields.ts";
import type { ReceiverConfig } from "./model.ts";
import {
  type Allowances,
  checkReceiverUrl,
  checkRoutingKey,
  checkSigningSecret,
  checkSlackChannel,
  checkSlackToken,
} from "./values.ts";

type Of<Type extends ReceiverConfig["type"]> = Extract<ReceiverConfig, { type: Type }>;

/** Every reference of every receiver: here alone it is said what it is called, what it must be, and whether it is a secret. */
function fieldsOf(receiver: ReceiverConfig): Fields {
  switch (receiver.type) {
    case "slack":
    case "teams":
    case "discord":
      return { webhookUrl: secret("webhookUrl", urlOf(receiver)) } satisfies FieldsOf<
        Of<"slack" | "teams" | "discord">
      >;
    case "slackBot":
      return {
        token: secret("token", checkSlackToken),
        channel: plain("channel", checkSlackChannel),
      } satisfies FieldsOf<Of<"slackBot">>;
    case "pagerduty":
      return { routingKey: secret("routingKey", checkRoutingKey) } satisfies FieldsOf<Of<"pagerduty">>;
    case "webhook":
      return {
        url: plain("url", urlOf(receiver)),
        secrets: secret("secret", checkSigningSecret),
      } satisfies FieldsOf<Of<"webhook">>;
    // What IAM lets them reach is known when they are deployed: they hold no references.
    case "sns":
      return {} satisfies FieldsOf<Of<"sns">>;
    case "eventbridge":
      return {} satisfies FieldsOf<Of<"eventbridge">>;
    default:
      return receiver satisfies never;
  }
}

function urlOf({ allowInsecure = false, allowPrivate = false }: Partial<Allowances>) {
  return checkReceiverUrl({ allowInsecure, allowPrivate });
}

/** The references that a receiver holds. */
export function receiverReferences(receiver: ReceiverConfig): readonly HeldReference[] {
  return referencesIn(receiver, fieldsOf(receiver));
}

/** A receiver with a value in the place of every reference. */
export async function resolveReceiver(receiver: ReceiverConfig, read: Read): Promise<ReceiverConfig<string>> {
  return (await resolveIn(receiver, fieldsOf(receiver), read)) as ReceiverConfig<string>;
}

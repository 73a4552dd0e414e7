import { DeleteMessageCommand, type Message, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSEvent, SQSRecord } from "aws-lambda";
import type { Lambda } from "./lambda.ts";
import { arnOf, CREDENTIALS, REGION } from "./names.ts";
import { failedItems } from "./partial.ts";
import { queueUrl } from "./queues.ts";
import type { QueueSettings } from "./settings.ts";

export interface QueueSourceOptions {
  /** AWS as the function's role sees it: Lambda polls with that role. */
  readonly endpoint: string;
  readonly settings: QueueSettings;
  readonly lambda: Lambda;
}

/** Lambda's pollers of a queue. */
export interface QueueSource extends Disposable {
  /** Hands what is visible in the queue to the function, by as many pollers at the same time, until there is nothing more. */
  drain(pollers?: number): Promise<void>;
}

export function openQueueSource({ endpoint, settings, lambda }: QueueSourceOptions): QueueSource {
  const client = new SQSClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  const QueueUrl = queueUrl(endpoint, settings.name);
  const arn = arnOf("sqs", settings.name);

  async function receive(): Promise<readonly Message[]> {
    const request = { QueueUrl, MaxNumberOfMessages: settings.batchSize, WaitTimeSeconds: 0 };
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ ...request, MessageSystemAttributeNames: ["All"], MessageAttributeNames: ["All"] }),
    );
    return Messages;
  }

  /** What failed stays in the queue, and shows up again after the visibility timeout. */
  async function hand(messages: readonly Message[]): Promise<void> {
    const event: SQSEvent = { Records: messages.map((message) => recordOf(message, arn)) };
    const outcome = await lambda.invoke(event);
    if (outcome.state !== "returned") return;
    const failed = failedItems(settings, outcome.value);
    for (const { MessageId = "", ReceiptHandle } of messages)
      if (!failed.has(MessageId)) await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }

  async function poll(): Promise<void> {
    for (let messages = await receive(); messages.length > 0; messages = await receive()) await hand(messages);
  }

  return {
    async drain(pollers = 1) {
      await Promise.all(Array.from({ length: pollers }, poll));
    },
    [Symbol.dispose]: () => client.destroy(),
  };
}

function recordOf(message: Message, arn: string): SQSRecord {
  const { MessageId = "", ReceiptHandle = "", Body = "", MD5OfBody = "", Attributes } = message;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes as unknown as SQSRecord["attributes"],
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: arn,
    awsRegion: REGION,
  };
}

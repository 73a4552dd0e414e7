import { ChangeMessageVisibilityCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startFauxqs } from "fauxqs";
import { ACCOUNT, CREDENTIALS, REGION } from "./names.ts";
import type { Settings } from "./settings.ts";

/** The installation's queues, and what a test does to them from outside. */
export interface Queues extends AsyncDisposable {
  /** Where SQS listens. */
  readonly address: string;
  send(queue: string, body: string): void;
  /** Makes it later for a queue: what was received and not deleted shows up again. */
  letVisibilityPass(queue: string): Promise<void>;
  /** Bodies of the messages that stand in a queue, received or not. */
  messages(queue: string): readonly string[];
  /** Bodies of all messages that were ever sent to any queue. */
  readonly sent: readonly string[];
}

/** The URL of a queue for somebody who reaches SQS at an address. */
export function queueUrl(address: string, queue: string): string {
  return `${address}/${ACCOUNT}/${queue}`;
}

export async function startQueues({ queues }: Settings): Promise<Queues> {
  const sqs = await startFauxqs({ port: 0, logger: false, messageSpies: { bufferSize: 100_000 } });
  const client = new SQSClient({ endpoint: sqs.address, region: REGION, credentials: CREDENTIALS });
  // A queue for dead letters is there before the one that names it.
  const ordered = [...queues].sort(([, a], [, b]) => Number("RedrivePolicy" in a) - Number("RedrivePolicy" in b));
  for (const [name, attributes] of ordered) sqs.createQueue(name, { attributes });

  return {
    address: sqs.address,
    send: (queue, body) => void sqs.sendMessage(queue, body),
    async letVisibilityPass(queue) {
      for (const { receiptHandle } of sqs.inspectQueue(queue)?.messages.inflight ?? []) {
        const message = { QueueUrl: queueUrl(sqs.address, queue), ReceiptHandle: receiptHandle };
        await client.send(new ChangeMessageVisibilityCommand({ ...message, VisibilityTimeout: 0 }));
      }
    },
    messages(queue) {
      const { ready = [], inflight = [] } = sqs.inspectQueue(queue)?.messages ?? {};
      return [...ready, ...inflight.map(({ message }) => message)].map(({ body }) => body);
    },
    get sent() {
      return sqs.spy.getAllMessages().flatMap((message) => (message.service === "sqs" ? [message.body] : []));
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      await sqs.stop();
    },
  };
}

import { MetricUnit } from "@aws-lambda-powertools/metrics";
import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, SQSClient } from "@aws-sdk/client-sqs";
import pMap from "p-map";
import { fanOut } from "#polling/fan-out";
import { type Watch, watchId } from "#polling/watch";
import { watchesOf } from "#wiring";
import { packagedConfig } from "./config.ts";
import { variable } from "./environment.ts";
import type { PollMessage } from "./message.ts";
import { metrics } from "./observe.ts";

// The queue's limit for one request.
const MOST_ENTRIES = 10;
const REQUESTS_AT_ONCE = 16;

let client: SQSClient | undefined;
let bodies: readonly Omit<PollMessage, "at">[] | undefined;

/** Puts every watch into the queue, once. */
export async function schedule(): Promise<void> {
  bodies ??= fanOut(watchesOf(packagedConfig())).map(bodyOf);
  const at = Date.now();
  const entries = bodies.map((body, index) => ({ Id: String(index), MessageBody: JSON.stringify({ ...body, at }) }));
  await pMap(chunks(entries), (chunk) => send(chunk), { concurrency: REQUESTS_AT_ONCE });
  metrics.addMetric("PollsScheduled", MetricUnit.Count, entries.length);
}

function bodyOf(batch: readonly Watch[]): Omit<PollMessage, "at"> {
  return { cluster: batch[0]?.cluster ?? "", watches: batch.map(watchId) };
}

/** What the queue refused is sent once more; what it refuses then is due again with the next schedule. */
async function send(entries: readonly SendMessageBatchRequestEntry[], tries = 1): Promise<void> {
  client ??= new SQSClient({});
  const request = new SendMessageBatchCommand({ QueueUrl: variable("JOBBELL_QUEUE_URL"), Entries: [...entries] });
  const { Failed = [] } = await client.send(request);
  if (Failed.length === 0) return;
  if (tries > 1) throw new Error("the queue refused messages");
  const refused = new Set(Failed.map(({ Id }) => Id));
  await send(
    entries.filter(({ Id }) => refused.has(Id)),
    tries + 1,
  );
}

function chunks<T>(items: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / MOST_ENTRIES);
  return Array.from({ length: count }, (_, index) => items.slice(index * MOST_ENTRIES, (index + 1) * MOST_ENTRIES));
}

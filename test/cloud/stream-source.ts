import { createHash, randomUUID } from "node:crypto";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBStreamEvent } from "aws-lambda";
import type { Lambda } from "./lambda.ts";
import { CREDENTIALS, REGION } from "./names.ts";
import { failedItems } from "./partial.ts";
import { queueUrl } from "./queues.ts";
import type { Outcome } from "./runtime-api.ts";
import type { StreamSettings } from "./settings.ts";
import { openShardReader, type StreamRecord } from "./shard-reader.ts";

export interface StreamSourceOptions {
  /** AWS as the function's role sees it: Lambda reads and reports with that role. */
  readonly endpoint: string;
  readonly settings: StreamSettings;
  readonly streamArn: string;
  readonly lambda: Lambda;
}

/** Lambda's poller of the table's stream. */
export interface StreamSource extends Disposable {
  /** Hands the records that have come since to the function, and goes on with what it failed; ends when nothing is left. */
  drain(): Promise<void>;
}

interface Batch {
  readonly records: readonly StreamRecord[];
  readonly tries: number;
}

export function openStreamSource(options: StreamSourceOptions): StreamSource {
  const { endpoint, settings, lambda, streamArn } = options;
  const streams = new DynamoDBStreamsClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  const queues = new SQSClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  const reader = openShardReader(streams, streamArn);

  async function handle(batch: Batch): Promise<void> {
    const { records } = batch;
    const outcome = await lambda.invoke({ Records: records.map((record) => eventRecord(record, streamArn)) });
    const [left, tries] = leftOf(batch, outcome, settings);
    if (left.length === 0) return;
    if (tries > settings.maximumRetryAttempts) return giveUp(left, tries, outcome);
    if (outcome.state === "returned" || !settings.bisects || left.length === 1) return handle({ records: left, tries });
    // A batch that is parted does not count as tried.
    const middle = Math.ceil(left.length / 2);
    await handle({ records: left.slice(0, middle), tries: batch.tries });
    await handle({ records: left.slice(middle), tries: batch.tries });
  }

  async function giveUp(records: readonly StreamRecord[], tries: number, outcome: Outcome): Promise<void> {
    const MessageBody = JSON.stringify(failureRecord(records, tries, outcome, options));
    await queues.send(new SendMessageCommand({ QueueUrl: queueUrl(endpoint, settings.failures), MessageBody }));
  }

  async function handleLane(records: readonly StreamRecord[]): Promise<void> {
    for (let first = 0; first < records.length; first += settings.batchSize)
      await handle({ records: records.slice(first, first + settings.batchSize), tries: 0 });
  }

  return {
    async drain() {
      for (let records = await reader.read(); records.length > 0; records = await reader.read()) {
        const lanes = Map.groupBy(records.filter(settings.passes), (record) =>
          laneOf(record, settings.parallelization),
        );
        await Promise.all([...lanes.values()].map(handleLane));
      }
    },
    [Symbol.dispose]() {
      streams.destroy();
      queues.destroy();
    },
  };
}

/** What is still to be handled, and how often it was tried. Progress is up to the first record that failed. */
function leftOf(
  { records, tries }: Batch,
  outcome: Outcome,
  settings: StreamSettings,
): readonly [readonly StreamRecord[], number] {
  if (outcome.state !== "returned") return [records, tries + 1];
  const failed = failedItems(settings, outcome.value);
  const first = records.findIndex(({ dynamodb }) => failed.has(dynamodb?.SequenceNumber ?? ""));
  // An identifier that is none of the batch's fails the whole batch.
  if (first < 0) return [failed.size === 0 ? [] : records, tries + 1];
  return [records.slice(first), first === 0 ? tries + 1 : 1];
}

/** The records of one item stay in their order, whatever runs beside them. */
function laneOf({ dynamodb }: StreamRecord, lanes: number): number {
  const key = JSON.stringify(dynamodb?.Keys);
  return createHash("sha256").update(key).digest().readUInt32BE() % lanes;
}

function eventRecord(record: StreamRecord, streamArn: string): DynamoDBStreamEvent["Records"][number] {
  const { ApproximateCreationDateTime, ...dynamodb } = record.dynamodb ?? {};
  const at = (ApproximateCreationDateTime?.getTime() ?? 0) / 1000;
  return {
    eventID: record.eventID ?? "",
    eventName: record.eventName ?? "INSERT",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: REGION,
    dynamodb: { ...dynamodb, ApproximateCreationDateTime: at } as NonNullable<
      DynamoDBStreamEvent["Records"][number]["dynamodb"]
    >,
    eventSourceARN: streamArn,
  };
}

/** What Lambda sends to a destination on failure: where the records are, not what they say. */
function failureRecord(
  records: readonly StreamRecord[],
  tries: number,
  outcome: Outcome,
  { lambda, streamArn }: StreamSourceOptions,
) {
  const numberOf = (record: StreamRecord | undefined) => record?.dynamodb?.SequenceNumber;
  return {
    requestContext: {
      requestId: randomUUID(),
      functionArn: lambda.name,
      condition: "RetryAttemptsExhausted",
      approximateInvokeCount: tries,
    },
    responseContext: {
      statusCode: 200,
      executedVersion: "$LATEST",
      functionError: outcome.state === "returned" ? null : "Unhandled",
    },
    version: "1.0",
    timestamp: new Date().toISOString(),
    DDBStreamBatchInfo: {
      shardId: "shardId-0",
      startSequenceNumber: numberOf(records[0]),
      endSequenceNumber: numberOf(records.at(-1)),
      batchSize: records.length,
      streamArn,
    },
  };
}

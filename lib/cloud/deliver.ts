import type { Context, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { streamOfRecord } from "#store/dynamodb/stream-record";
import { deadlines, deliverer } from "./deliverer.ts";
import { eachRecord } from "./observe.ts";
import { store } from "./store.ts";

/** A batch of the table's stream -> what was queued is posted. */
export async function deliver(event: DynamoDBStreamEvent, context: Context) {
  const { stop, cut } = deadlines(context);
  const { deliverStream } = await deliverer(store());
  return eachRecord("DynamoDBStreams", event, context, ({ dynamodb }: DynamoDBRecord) =>
    deliverStream(streamOfRecord(dynamodb?.Keys), stop, cut),
  );
}

import type { Context, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { streamOfRecord } from "#store/dynamodb/stream-record";
import { deliverer } from "./deliverer.ts";
import { deadline, eachRecord } from "./observe.ts";
import { store } from "./store.ts";

/** A post takes up to ten seconds, and what became of it must be written down. */
const CUT_MARGIN_MS = 3_000;
/** Nothing is begun then: what waits is due, and the retry function's. A slow receiver so holds the stream up for no longer. */
const STOP_MARGIN_MS = 15_000;

/** A batch of the table's stream -> what was queued is posted. */
export async function deliver(event: DynamoDBStreamEvent, context: Context) {
  const [stop, cut] = [deadline(context, STOP_MARGIN_MS), deadline(context, CUT_MARGIN_MS)];
  const { deliverStream } = await deliverer(store());
  return eachRecord("DynamoDBStreams", event, context, ({ dynamodb }: DynamoDBRecord) =>
    deliverStream(streamOfRecord(dynamodb?.Keys), stop, cut),
  );
}

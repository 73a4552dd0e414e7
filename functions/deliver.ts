import middy from "@middy/core";
import type { DynamoDBStreamEvent } from "aws-lambda";
import { deliver } from "#cloud/deliver";
import { observed } from "#cloud/observe";

/** The table's stream -> what was queued is posted. */
export const handler = middy<DynamoDBStreamEvent>().use(observed()).handler(deliver);

import middy from "@middy/core";
import type { SQSEvent } from "aws-lambda";
import { observed } from "#cloud/observe";
import { poll } from "#cloud/poll";

/** The queue -> one tick of each watch that a message names. */
export const handler = middy<SQSEvent>().use(observed()).handler(poll);

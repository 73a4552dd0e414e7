import middy from "@middy/core";
import { observed } from "#cloud/observe";
import { schedule } from "#cloud/schedule";

/** Every minute -> each watch is in the queue once. */
export const handler = middy().use(observed()).handler(schedule);

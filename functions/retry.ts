import middy from "@middy/core";
import { observed } from "#cloud/observe";
import { retry } from "#cloud/retry";

/** Every minute -> what is due is posted, and what is left is counted. */
export const handler = middy().use(observed()).handler(retry);

import type { Explanation } from "#jobs/explanation";

/** It is stored with the event, once for each receiver, and sent. */
const MOST_BYTES = 8192;

/** An explanation of at most 8 kB of JSON: of the log its beginning goes first. */
export function fitted(explanation: Explanation): Explanation {
  if (Buffer.byteLength(JSON.stringify(explanation)) <= MOST_BYTES) return explanation;
  const { log = [], ...others } = explanation;
  return log.length > 1 ? fitted({ ...others, log: log.slice(1) }) : others;
}

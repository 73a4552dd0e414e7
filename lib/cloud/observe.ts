import { BatchProcessor, type EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { LogFormatter, Logger, LogItem } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import type { MiddlewareObj } from "@middy/core";
import type { Context } from "aws-lambda";
import { reasonOf } from "./reason.ts";

/** Powertools' own format adds the service and a sampling rate to each line: the log group says the one, and the other is always 0. */
class LogLine extends LogFormatter {
  override formatAttributes(
    { logLevel: level, message, timestamp }: Parameters<LogFormatter["formatAttributes"]>[0],
    more: Parameters<LogFormatter["formatAttributes"]>[1],
  ): LogItem {
    const attributes = { level, message, timestamp: this.formatTimestamp(timestamp) };
    return new LogItem({ attributes }).addAttributes(more);
  }
}

export const logger = new Logger({ logFormatter: new LogLine() });
export const metrics = new Metrics();

/** What every function has around it: logs that name the invocation, metrics that are written at its end, and errors of one line. */
export function observed(): MiddlewareObj[] {
  return [{ before: begin, after: publish, onError: fail }];
}

/** Powertools' own middleware adds name, ARN and memory of the function to each line: half of what a month of logs costs, and its log group says the same. */
function begin({ context }: { readonly context: Context }): void {
  logger.resetKeys();
  logger.appendKeys({ requestId: context.awsRequestId });
}

/** Powertools' own middleware warns where there are none, as when a batch was somebody else's. */
function publish(): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}

/** Lambda writes down an error with all that hangs on it: causes of the SDK name endpoints, accounts and roles. Replaced, since middy hangs the old error on a new one that is thrown. */
function fail(request: { error: unknown }): void {
  publish();
  request.error = new Error(reasonOf(request.error));
}

/** Handles each record of a batch, and answers which of them failed: these alone come again. */
export async function eachRecord<Event extends Parameters<typeof processPartialResponse>[0], Record>(
  type: keyof typeof EventType,
  event: Event,
  context: Context,
  handle: (record: Record) => Promise<void>,
) {
  const processor = new BatchProcessor(type);
  const logged = async (record: Record) => {
    try {
      await handle(record);
    } catch (error) {
      logger.error("a record failed", { reason: reasonOf(error) });
      throw error;
    }
  };
  return processPartialResponse(event, logged as never, processor, { context, throwOnFullBatchFailure: false });
}

/** Aborts `marginMs` before Lambda ends the invocation. */
export function deadline(context: Context, marginMs: number): AbortSignal {
  return AbortSignal.timeout(Math.max(0, context.getRemainingTimeInMillis() - marginMs));
}

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as z from "zod";

/** What requests cost: units of 1 kB written, of 4 kB read (half of that where a read is eventually consistent). */
export interface Consumed {
  readonly requests: number;
  readonly writeUnits: number;
  readonly readUnits: number;
}

const Units = z.object({ CapacityUnits: z.number() });
const Answer = z.object({ ConsumedCapacity: z.union([Units, z.array(Units)]) });

const READS = ["GetItemCommand", "QueryCommand", "BatchGetItemCommand", "ScanCommand"];

/** Counts what every request of a client consumes, indexes included, from now on; each call answers with what came since the last one. */
export function meter(client: DynamoDBClient): () => Consumed {
  let consumed = { requests: 0, writeUnits: 0, readUnits: 0 };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } as never });
        const units = unitsOf(answer.output);
        consumed.requests += 1;
        if (READS.includes(String(commandName))) consumed.readUnits += units;
        else consumed.writeUnits += units;
        return answer;
      },
    { step: "initialize", name: "meter" },
  );
  return () => {
    const since = consumed;
    consumed = { requests: 0, writeUnits: 0, readUnits: 0 };
    return since;
  };
}

function unitsOf(output: unknown): number {
  const { ConsumedCapacity } = Answer.parse(output);
  return [ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
}

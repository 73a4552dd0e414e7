import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { dynamodbStore } from "#store/dynamodb/dynamodb-store";
import type { Store } from "#store/store";
import { startDynamodbLocal } from "../test/support/dynamodb-local.ts";

/** What requests cost: units of 1 kB written, of 4 kB read (half of that where a read is eventually consistent). */
export interface Consumed {
  readonly requests: number;
  readonly writeUnits: number;
  readonly readUnits: number;
}

export const NOTHING: Consumed = { requests: 0, writeUnits: 0, readUnits: 0 };

export function plus(a: Consumed, b: Consumed): Consumed {
  return {
    requests: a.requests + b.requests,
    writeUnits: a.writeUnits + b.writeUnits,
    readUnits: a.readUnits + b.readUnits,
  };
}

export function times({ requests, writeUnits, readUnits }: Consumed, factor: number): Consumed {
  return { requests: requests * factor, writeUnits: writeUnits * factor, readUnits: readUnits * factor };
}

/** DynamoDB Local, and a table of it whose every request is counted. */
export interface MeteredTable extends AsyncDisposable {
  readonly client: DynamoDBClient;
  readonly name: string;
  /** A store as a fresh process opens it: it knows nothing but the table. */
  open(): Store;
  /** What was consumed since the last call. */
  consumed(): Consumed;
}

export async function openMeteredTable(now: () => number): Promise<MeteredTable> {
  const local = await startDynamodbLocal();
  const name = await local.freshTable();
  return {
    client: local.client,
    name,
    open: () => dynamodbStore({ client: local.client, table: name, now }),
    consumed: meter(local.client),
    [Symbol.asyncDispose]: () => local.stop(),
  };
}

function meter(client: DynamoDBClient): () => Consumed {
  let consumed = NOTHING;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } as never });
        consumed = plus(consumed, unitsOf(String(commandName), args.input, answer.output));
        return answer;
      },
    { step: "initialize", name: "meter" },
  );
  return () => {
    const since = consumed;
    consumed = NOTHING;
    return since;
  };
}

const Units = z.object({ CapacityUnits: z.number() });
const Answer = z.object({ ConsumedCapacity: z.union([Units, z.array(Units)]) });
const Input = z.object({ ConsistentRead: z.boolean().default(false) });
const BatchInput = z.object({ RequestItems: z.record(z.string(), z.object({ Keys: z.array(z.unknown()) })) });

function unitsOf(command: string, input: unknown, output: unknown): Consumed {
  const { ConsumedCapacity } = Answer.parse(output);
  const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
  if (command === "BatchGetItemCommand") {
    // Each row, also one that is not there, costs a unit at least.
    const keys = Object.values(BatchInput.parse(input).RequestItems).flatMap(({ Keys }) => Keys);
    return { requests: 1, writeUnits: 0, readUnits: Math.max(units, keys.length) };
  }
  if (!["GetItemCommand", "QueryCommand"].includes(command)) return { requests: 1, writeUnits: units, readUnits: 0 };
  // A query that finds nothing is free here, and costs what the smallest one costs in the cloud.
  const least = Input.parse(input).ConsistentRead ? 1 : 0.5;
  return { requests: 1, writeUnits: 0, readUnits: Math.max(units, least) };
}

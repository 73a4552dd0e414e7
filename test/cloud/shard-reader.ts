import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from "@aws-sdk/client-dynamodb-streams";

export type { StreamRecord };

/** Reads the table's stream from its beginning. */
export interface ShardReader {
  /** The records since the last call, in the order of their shard. */
  read(): Promise<readonly StreamRecord[]>;
}

export function openShardReader(client: DynamoDBStreamsClient, streamArn: string): ShardReader {
  const iterators = new Map<string, string | undefined>();

  async function findShards(): Promise<void> {
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn: streamArn }));
    for (const { ShardId = "" } of StreamDescription?.Shards ?? []) {
      if (iterators.has(ShardId)) continue;
      const start = { StreamArn: streamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" } as const;
      iterators.set(ShardId, (await client.send(new GetShardIteratorCommand(start))).ShardIterator);
    }
  }

  async function readShard(shard: string, iterator: string): Promise<readonly StreamRecord[]> {
    const { Records = [], NextShardIterator } = await client.send(new GetRecordsCommand({ ShardIterator: iterator }));
    iterators.set(shard, NextShardIterator);
    return Records;
  }

  return {
    async read() {
      if ([...iterators.values()].every((iterator) => iterator === undefined)) await findShards();
      const found: StreamRecord[] = [];
      for (const [shard, iterator] of iterators)
        if (iterator !== undefined) found.push(...(await readShard(shard, iterator)));
      return found;
    },
  };
}

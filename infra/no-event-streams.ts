/** Stands in a bundle for the SDK's event streams, which no action of DynamoDB has: 13 kB, with the checksum that they need. */
export class EventStreamSerde {
  constructor() {
    throw new Error("a function reads no event streams");
  }
}

/** As above. */
export function eventStreamSerdeProvider(): undefined {
  return undefined;
}

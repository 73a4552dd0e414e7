import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** An answer of DynamoDB: an error by its name, or the fields of a success. */
export type Answer =
  | { readonly error: string; readonly reasons?: readonly string[] }
  | Readonly<Record<string, unknown>>;

export interface RefusingDynamodb {
  readonly client: DynamoDBClient;
  /** Host and port, which no error may name. */
  readonly address: string;
  /** The operations that were asked for, and with what. */
  readonly requests: readonly { readonly operation: string; readonly body: Record<string, unknown> }[];
  close(): Promise<void>;
}

/** Speaks DynamoDB's protocol and gives these answers in turn, the last one for ever: what DynamoDB Local never says. */
export async function startRefusingDynamodb(answers: readonly Answer[]): Promise<RefusingDynamodb> {
  const requests: { operation: string; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    const answer = answers[Math.min(requests.length, answers.length - 1)] ?? {};
    requests.push({ operation: String(request.headers["x-amz-target"]).split(".")[1] ?? "", body });
    response.writeHead("error" in answer ? 400 : 200, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify("error" in answer ? errorBody(answer as never) : answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = clientOf(address);
  return {
    client,
    address,
    requests,
    async close() {
      client.destroy();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A client that tries once, so that a test sees each answer. */
export function clientOf(address: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: `http://${address}`,
    region: "us-east-1",
    credentials: { accessKeyId: "fake", secretAccessKey: "fake" },
    maxAttempts: 1,
  });
}

function errorBody({ error, reasons }: { error: string; reasons?: readonly string[] }) {
  return {
    __type: `com.amazonaws.dynamodb.v20120810#${error}`,
    message: "arn:aws:iam::123456789012:role/secret-role is to blame",
    ...(reasons && { CancellationReasons: reasons.map((Code) => ({ Code })) }),
  };
}

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import * as z from "zod";

const Asked = z.object({ Name: z.string().optional(), SecretId: z.string().optional() });

export interface SecretsServer {
  readonly url: string;
  /** What is stored, by name: parameters and secrets alike. A test may change it. */
  readonly values: Map<string, string>;
  /** The names that were asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** What a function asks for secrets: SSM's GetParameter and Secrets Manager's GetSecretValue, as AWS answers them. Takes no request that is not signed. */
export async function startSecrets(values: Readonly<Record<string, string>> = {}): Promise<SecretsServer> {
  const stored = new Map(Object.entries(values));
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const target = String(request.headers["x-amz-target"]);
    const { Name, SecretId } = Asked.parse(await json(request));
    const name = Name ?? SecretId ?? "";
    asked.push(name);
    const [status, body] = answerOf(target, String(request.headers.authorization), name, stored.get(name));
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, values: stored, asked, close };
}

function answerOf(target: string, authorization: string, name: string, value: string | undefined): [number, object] {
  const service = target === "AmazonSSM.GetParameter" ? "ssm" : "secretsmanager";
  if (!new RegExp(`^AWS4-HMAC-SHA256 Credential=[^/]+/\\d{8}/[^/]+/${service}/aws4_request,`).test(authorization))
    return [400, { __type: "InvalidSignatureException", message: "the request is not signed for this service" }];
  if (value === undefined) {
    const type = service === "ssm" ? "ParameterNotFound" : "ResourceNotFoundException";
    return [400, { __type: `com.amazonaws#${type}`, message: `there is no ${name} in account 123456789012` }];
  }
  return [200, service === "ssm" ? { Parameter: { Name: name, Value: value } } : { Name: name, SecretString: value }];
}

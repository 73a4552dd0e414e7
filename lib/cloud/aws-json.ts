import { AwsClient } from "aws4fetch";
import * as z from "zod";

const TIMEOUT_MS = 5_000;
const RETRIES = 2;

const Failure = z.object({ __type: z.string() });

/**
 * Calls an action of an AWS service that speaks JSON, as the function's role. The SDK's client of SSM alone is 170 kB of
 * a bundle, for one action. Throws an error with the name that the service gives it, and no more of what it said.
 */
export async function callAws(service: "ssm" | "secretsmanager", target: string, input: object): Promise<unknown> {
  const response = await signer(service).fetch(endpoint(service), {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": target },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  throw named(Failure.safeParse(answer).data?.__type ?? `HTTP ${response.status}`);
}

/** Lambda renews the credentials of a role with a new execution environment. */
function signer(service: string): AwsClient {
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "", AWS_SESSION_TOKEN, AWS_REGION = "" } = process.env;
  const keys = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  const session = AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN };
  return new AwsClient({ ...keys, ...session, service, region: AWS_REGION, retries: RETRIES });
}

/** The variables are those that every SDK of AWS knows. */
function endpoint(service: "ssm" | "secretsmanager"): string {
  const { AWS_ENDPOINT_URL_SSM, AWS_ENDPOINT_URL_SECRETS_MANAGER, AWS_REGION = "" } = process.env;
  const given = service === "ssm" ? AWS_ENDPOINT_URL_SSM : AWS_ENDPOINT_URL_SECRETS_MANAGER;
  const suffix = AWS_REGION.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return given ?? `https://${service}.${AWS_REGION}.${suffix}/`;
}

function named(type: string): Error {
  const error = new Error("AWS refused");
  error.name = type.split("#").at(-1) ?? type;
  // As the SDK marks what the service itself answered.
  return Object.assign(error, { $response: true });
}

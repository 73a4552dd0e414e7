import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { awsKeysIn, signAws } from "#signing/aws-signature";

const TIMEOUT_MS = 5_000;
const RETRIES = 2;
const LONGEST_PAUSE_MS = 200;

const Failure = z.object({ __type: z.string() });

/**
 * Calls an action of an AWS service that speaks JSON, as the function's role. The SDK's client of SSM alone is 170 kB of
 * a bundle, for one action. Throws an error with the name that the service gives it, and no more of what it said.
 */
export async function callAws(service: "ssm" | "secretsmanager", target: string, input: object): Promise<unknown> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  for (let left = RETRIES; ; left -= 1) {
    const response = await send(service, target, JSON.stringify(input), signal);
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    const passes = response.status === 429 || response.status >= 500;
    if (!passes || left === 0) throw named(Failure.safeParse(answer).data?.__type ?? `HTTP ${response.status}`);
    await sleep(Math.random() * LONGEST_PAUSE_MS, undefined, { signal });
  }
}

function send(service: "ssm" | "secretsmanager", target: string, body: string, signal: AbortSignal): Promise<Response> {
  // Lambda renews the credentials of a role with a new execution environment.
  const keys = awsKeysIn(process.env) ?? { accessKeyId: "", secretAccessKey: "" };
  const scope = { service, region: process.env.AWS_REGION ?? "", at: Date.now() };
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
  const request = { method: "POST", url: new URL(endpoint(service)), headers, body } as const;
  return fetch(request.url, { method: request.method, headers: signAws(keys, scope, request), body, signal });
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

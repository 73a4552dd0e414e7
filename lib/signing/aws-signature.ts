import { createHmac } from "node:crypto";
import { canonicalQuery, compactDate, sha256 } from "./canonical.ts";

/** Keys of IAM. A session token makes them temporary. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What a signature is good for, and from when on, in milliseconds since 1970. */
export interface AwsScope {
  readonly service: string;
  readonly region: string;
  readonly at: number;
}

/** A request to the root of an AWS service. Header names in lower case, without `host`. */
export interface AwsRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

/** The keys that the environment has for every SDK of AWS, or `undefined`. */
export function awsKeysIn(env: Readonly<Record<string, string | undefined>>): AwsKeys | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = env;
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }) };
}

/** The headers that make a request a signed one (Signature Version 4), its own among them. Source: docs.aws.amazon.com, IAM, reference_sigv. */
export function signAws(keys: AwsKeys, scope: AwsScope, request: AwsRequest): Readonly<Record<string, string>> {
  const { sessionToken } = keys;
  const headers = {
    ...request.headers,
    "x-amz-date": compactDate(scope.at),
    ...(sessionToken !== undefined && { "x-amz-security-token": sessionToken }),
  };
  const { signature, names, credential } = sign(keys, scope, { ...request, headers });
  const parts = [`Credential=${credential}`, `SignedHeaders=${names}`, `Signature=${signature}`];
  return { ...headers, authorization: `${ALGORITHM} ${parts.join(", ")}` };
}

/** The address of a GET that is signed by its query: whoever has it may send it, with the same headers. */
export function presignAws(keys: AwsKeys, scope: AwsScope, { url, headers }: Pick<AwsRequest, "url" | "headers">): URL {
  const signed = new URL(url);
  const set = (name: string, value: string) => signed.searchParams.set(name, value);
  set("X-Amz-Algorithm", ALGORITHM);
  set("X-Amz-Credential", `${keys.accessKeyId}/${partsOf(scope).join("/")}`);
  set("X-Amz-Date", compactDate(scope.at));
  if (keys.sessionToken !== undefined) set("X-Amz-Security-Token", keys.sessionToken);
  set("X-Amz-SignedHeaders", namesOf(headers).join(";"));
  set("X-Amz-Signature", sign(keys, scope, { method: "GET", url: signed, headers, body: "" }).signature);
  return signed;
}

function sign(keys: AwsKeys, scope: AwsScope, { method, url, headers, body }: AwsRequest) {
  const all: Readonly<Record<string, string>> = { ...headers, host: url.host };
  const names = namesOf(headers);
  const lines = names.map((name) => `${name}:${all[name]?.trim().replace(/ +/g, " ")}`);
  const query = canonicalQuery(url.searchParams);
  const canonical = [method, url.pathname, query, ...lines, "", names.join(";"), sha256(body)].join("\n");
  const parts = partsOf(scope);
  const text = [ALGORITHM, compactDate(scope.at), parts.join("/"), sha256(canonical)].join("\n");
  const key = parts.reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${keys.secretAccessKey}`);
  const credential = `${keys.accessKeyId}/${parts.join("/")}`;
  return { signature: hmac(key, text).toString("hex"), names: names.join(";"), credential };
}

function namesOf(headers: AwsRequest["headers"]): readonly string[] {
  return ["host", ...Object.keys(headers)].sort();
}

function partsOf({ service, region, at }: AwsScope): readonly string[] {
  return [compactDate(at).slice(0, 8), region, service, "aws4_request"];
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ConfigError, parseConfig, resolveConfig } from "#config/config";
import type { Sources } from "#config/references";
import { openSources } from "#config/sources/sources";

/** How AWS answers a call: its JSON, or the type and message of an error. */
type Answer =
  | { readonly json: unknown }
  | { readonly error: string; readonly message?: string; readonly status?: number }
  | "reset";

interface Call {
  readonly target: string;
  readonly body: { readonly Name?: string; readonly SecretId?: string; readonly WithDecryption?: boolean };
}

const PARAMETERS: Readonly<Record<string, Answer>> = {
  "/jobbell/token": { json: { Parameter: { Name: "/jobbell/token", Type: "SecureString", Value: "t0ken" } } },
  "/void": { json: { Parameter: { Name: "/void" } } },
  "/absent": { error: "ParameterNotFound" },
  "/absent:9": { error: "ParameterVersionNotFound" },
  "/denied": {
    error: "AccessDeniedException",
    message: "User: arn:aws:iam::1:user/s3cret is not authorized to perform: ssm:GetParameter",
  },
  "/encrypted": {
    error: "AccessDeniedException",
    message: "The ciphertext refers to a customer master key that does not exist",
  },
  "/bad-key": { error: "InvalidKeyId", message: "s3cret" },
  "/expired": { error: "ExpiredTokenException", message: "s3cret" },
  "/unknown-client": { error: "UnrecognizedClientException" },
  "/bad name": { error: "ValidationException" },
  "/busy": { error: "ThrottlingException", message: "Rate exceeded" },
  "/broken": { error: "InternalServerError", message: "s3cret", status: 500 },
  "/new-error": { error: "SomethingNewException", message: "s3cret" },
  "/reset": "reset",
};

const SECRETS: Readonly<Record<string, Answer>> = {
  plain: { json: { SecretString: "s3cret" } },
  map: { json: { SecretString: '{"a":"first","b":"second","n":5,"e":""}' } },
  list: { json: { SecretString: "null" } },
  binary: { json: { SecretBinary: "AAEC" } },
  absent: { error: "ResourceNotFoundException", message: "Secrets Manager can't find the specified secret." },
  denied: { error: "AccessDeniedException", message: "not authorized" },
  encrypted: { error: "AccessDeniedException", message: "Access to KMS is not allowed" },
  undecryptable: { error: "DecryptionFailure", message: "s3cret" },
  deleted: { error: "InvalidRequestException", message: "marked for deletion" },
};

const calls: Call[] = [];
let server: Server;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = (await json(request)) as Call["body"];
    const target = String(request.headers["x-amz-target"]);
    calls.push({ target, body });
    const known = target === "AmazonSSM.GetParameter" ? PARAMETERS[body.Name ?? ""] : SECRETS[body.SecretId ?? ""];
    const answer = known ?? { error: "NoSuchFixture" };
    if (answer === "reset") return void request.socket.destroy();
    const status = "json" in answer ? 200 : (answer.status ?? 400);
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify("json" in answer ? answer.json : { __type: answer.error, message: answer.message }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  calls.length = 0;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // The SDK reads its environment itself. What could lead it out of this machine is turned off.
  const env = {
    AWS_ENDPOINT_URL_SSM: url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI",
    AWS_MAX_ATTEMPTS: "1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
});
afterEach(() => vi.unstubAllEnvs());

const open = (): Sources => openSources({ directory: "/", env: {} });

describe("a parameter of Systems Manager", () => {
  it("is asked for once, decrypted, however often it is used", async () => {
    const { ssm } = open();
    const answers = await Promise.all([ssm("/jobbell/token"), ssm("/jobbell/token")]);
    expect(answers).toEqual([{ value: "t0ken" }, { value: "t0ken" }]);
    expect(await ssm("/jobbell/token")).toEqual({ value: "t0ken" });
    expect(calls).toEqual([
      { target: "AmazonSSM.GetParameter", body: { Name: "/jobbell/token", WithDecryption: true } },
    ]);
  });

  it.each([
    ["/absent", "not found in this account and region"],
    ["/absent:9", "this version is not found"],
    ["/void", "the parameter has no value"],
    ["/denied", "access denied: allow ssm:GetParameter"],
    ["/encrypted", "access denied: allow kms:Decrypt on its key"],
    ["/bad-key", "cannot be decrypted: look at its KMS key"],
    ["/expired", "AWS does not accept the credentials: renew them"],
    ["/unknown-client", "AWS does not accept the credentials: renew them"],
    ["/bad name", "this is not a valid name"],
    ["/busy", "AWS wants a slower pace: try again"],
    ["/broken", "AWS answered InternalServerError"],
    ["/new-error", "AWS answered SomethingNewException"],
    ["/reset", "AWS cannot be reached (ECONNRESET): look at the network and the region"],
  ])("%s is a complaint of one line, free of what AWS said: %s", async (name, complaint) => {
    expect(await open().ssm(name)).toEqual({ complaint });
  });
});

describe("a secret of Secrets Manager", () => {
  it("is taken whole, or a key of its JSON, and asked for once", async () => {
    const { secretsmanager } = open();
    const names = ["plain", "map#a", "map#b", "map#a"];
    const answers = await Promise.all(names.map(secretsmanager));
    expect(answers).toEqual(["s3cret", "first", "second", "first"].map((value) => ({ value })));
    expect(calls.map(({ body }) => body.SecretId).sort()).toEqual(["map", "plain"]);
  });

  it.each([
    ["map#c", "the secret has no such key"],
    ["map#toString", "the secret has no such key"],
    ["map#n", "the value of this key is not text"],
    ["plain#a", "the secret is not a JSON object: leave the #key out"],
    ["list#a", "the secret is not a JSON object: leave the #key out"],
    ["binary", "the secret is binary, not text"],
    ["binary#a", "the secret is binary, not text"],
    ["absent#a", "not found in this account and region"],
    ["denied", "access denied: allow secretsmanager:GetSecretValue"],
    ["encrypted", "access denied: allow kms:Decrypt on its key"],
    ["undecryptable", "cannot be decrypted: look at its KMS key"],
    ["deleted", "AWS answered InvalidRequestException"],
  ])("%s is a complaint of one line: %s", async (name, complaint) => {
    expect(await open().secretsmanager(name)).toEqual({ complaint });
  });
});

describe("AWS without what it needs", () => {
  it("asks for credentials", async () => {
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
    const complaint = "no AWS credentials: sign in, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    expect(await open().ssm("/jobbell/token")).toEqual({ complaint });
    expect(await open().secretsmanager("plain")).toEqual({ complaint });
    expect(calls).toEqual([]);
  });

  it("asks for a region", async () => {
    vi.stubEnv("AWS_REGION", undefined);
    const complaint = "no AWS region: set AWS_REGION";
    expect(await open().ssm("/jobbell/token")).toEqual({ complaint });
    expect(await open().secretsmanager("plain")).toEqual({ complaint });
  });

  it("says that nobody listens", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:1");
    expect(await open().ssm("/jobbell/token")).toEqual({
      complaint: "AWS cannot be reached (ECONNREFUSED): look at the network and the region",
    });
  });
});

it("resolves a configuration with one request for each name, and says where a missing one is used", async () => {
  const text = `clusters: [{ name: c, server: https://x, auth: { token: "\${ssm:/jobbell/token}" } }]
receivers:
  - { name: a, webhook: { url: "https://x/\${secretsmanager:map#a}/\${ssm:/jobbell/token}" } }
  - { name: b, webhook: { url: "https://x/\${secretsmanager:map#b}" } }
namespaces: [{ namespace: ml, kinds: [Job], routes: [{ receivers: [a, b] }] }]`;
  expect(await resolveConfig(parseConfig(text, "f.yml"))).toMatchObject({
    clusters: [{ auth: { token: "t0ken" } }],
    receivers: [{ url: "https://x/first/t0ken" }, { url: "https://x/second" }],
  });
  expect(calls).toHaveLength(2);

  const broken = text.replace("map#a", "absent").replaceAll("/jobbell/token", "/denied");
  const error = await resolveConfig(parseConfig(broken, "f.yml")).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  expect(String(error)).toBe(
    `ConfigError: ${[
      "f.yml:1:57: token: ${ssm:/denied}: access denied: allow ssm:GetParameter",
      "f.yml:3:32: url: ${secretsmanager:absent}: not found in this account and region",
      "f.yml:3:32: url: ${ssm:/denied}: access denied: allow ssm:GetParameter",
    ].join("\n")}`,
  );
});

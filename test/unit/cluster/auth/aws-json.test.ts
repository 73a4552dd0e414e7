import { afterEach, expect, test, vi } from "vitest";
import { callAws } from "#cloud/aws-json";
import { type Answer, json, serve } from "../../../support/http.ts";
import { bodyOf } from "./huawei.ts";

afterEach(() => vi.unstubAllEnvs());

/** Calls an action of SSM that runs here, as a role. */
async function call(answer: Answer) {
  const server = await serve(answer);
  const env = { AWS_ACCESS_KEY_ID: "ASIAROLE", AWS_SECRET_ACCESS_KEY: "s3cr3t", AWS_SESSION_TOKEN: "session" };
  for (const [name, value] of Object.entries({ ...env, AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL_SSM: server.url }))
    vi.stubEnv(name, value);
  const answered = callAws("ssm", "AmazonSSM.GetParameter", { Name: "/jobbell/token" });
  const settled = await answered.then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error: error as Error }),
  );
  await server[Symbol.asyncDispose]();
  return { ...settled, seen: server.seen };
}

test("an action of AWS is called with a signed request, and its answer handed back", async () => {
  let body = "";
  const { seen, ...settled } = await call(async (_seen, response) => {
    body = await bodyOf(response);
    json(response, { Parameter: { Value: "abc" } });
  });
  expect(settled).toEqual({ value: { Parameter: { Value: "abc" } }, error: undefined });
  expect(JSON.parse(body)).toEqual({ Name: "/jobbell/token" });
  expect(seen[0]!.headers).toMatchObject({
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AmazonSSM.GetParameter",
    "x-amz-security-token": "session",
    authorization: expect.stringMatching(
      /^AWS4-HMAC-SHA256 Credential=ASIAROLE\/\d{8}\/eu-west-1\/ssm\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$/,
    ),
  });
});

test.each([429, 500, 503])("a %i is asked for again, twice at most", async (status) => {
  const passing = await call((_seen, response, nth) => json(response, { nth }, nth < 3 ? status : 200));
  expect(passing).toMatchObject({ value: { nth: 3 } });
  const lasting = await call((_seen, response) => json(response, {}, status));
  expect(lasting.error?.name).toBe(`HTTP ${status}`);
  expect(lasting.seen.length).toBe(3);
});

test("a refusal has the name that the service gives it, nothing of what it said, and is not asked for again", async () => {
  const { error, seen } = await call((_seen, response) =>
    json(
      response,
      { __type: "com.amazonaws.ssm#ParameterNotFound", message: "no /jobbell/token in 123456789012" },
      400,
    ),
  );
  expect(error).toMatchObject({ name: "ParameterNotFound", message: "AWS refused", $response: true });
  expect(seen.length).toBe(1);
});

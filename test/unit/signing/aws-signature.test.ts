import { AwsV4Signer } from "aws4fetch";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AwsKeys, awsKeysIn, presignAws, signAws } from "#signing/aws-signature";
import { compactDate } from "#signing/canonical";

const KEYS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const AT = Date.parse("2015-08-30T12:36:00Z");

const texts = fc.string({ maxLength: 20, unit: "grapheme" });
const names = fc.stringMatching(/^x-[a-z]{1,8}(?:-[a-z]{1,8})?$/).filter((name) => !name.startsWith("x-amz"));
const values = fc.stringMatching(/^[!-~](?:[ -~]{0,20}[!-~])?$/);
const inputs = fc.record({
  keys: fc.record(
    { accessKeyId: fc.stringMatching(/^[A-Z0-9]{4,20}$/), secretAccessKey: values, sessionToken: values },
    { requiredKeys: ["accessKeyId", "secretAccessKey"] },
  ) as fc.Arbitrary<AwsKeys>,
  at: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  query: fc.array(
    fc.tuple(
      texts.filter((name) => name !== ""),
      texts,
    ),
    { maxLength: 5 },
  ),
  headers: fc.dictionary(names, values, { maxKeys: 4 }),
  body: texts,
});

describe("a signature of AWS", () => {
  test("is the one of AWS's own example", () => {
    const url = new URL("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08");
    const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
    const scope = { service: "iam", region: "us-east-1", at: AT };
    expect(signAws(KEYS, scope, { method: "GET", url, headers, body: "" })).toEqual({
      ...headers,
      "x-amz-date": "20150830T123600Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    });
  });

  const scopeOf = (at: number) => ({ service: "sts", region: "eu-west-1", at });
  const signerOf = (input: object & { keys: AwsKeys; at: number }) =>
    new AwsV4Signer({
      ...input.keys,
      ...scopeOf(input.at),
      datetime: compactDate(input.at),
      ...input,
    } as unknown as ConstructorParameters<typeof AwsV4Signer>[0]);
  const urlOf = (query: [string, string][]) =>
    new URL(`https://sts.eu-west-1.amazonaws.com/?${new URLSearchParams(query)}`);

  test("in headers is the one that another client makes", async () => {
    await fc.assert(
      fc.asyncProperty(inputs, async ({ keys, at, query, headers, body }) => {
        const request = { method: "POST", url: urlOf(query), headers, body } as const;
        const other = await signerOf({ keys, at, ...request, url: request.url.href } as never).sign();
        const ours = signAws(keys, scopeOf(at), request);
        expect(ours.authorization).toBe(other.headers.get("authorization"));
      }),
    );
  });

  test("in an address is the one that another client makes", async () => {
    await fc.assert(
      fc.asyncProperty(inputs, async ({ keys, at, query, headers }) => {
        const url = urlOf(query);
        const input = { keys, at, method: "GET", url: url.href, headers, signQuery: true };
        const other = (await signerOf(input as never).sign()).url;
        const ours = presignAws(keys, scopeOf(at), { url, headers });
        expect(Object.fromEntries(ours.searchParams)).toEqual(Object.fromEntries(other.searchParams));
      }),
    );
  });
});

test.each<[string, Record<string, string>, AwsKeys | undefined]>([
  ["a user", { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" }, { accessKeyId: "a", secretAccessKey: "b" }],
  [
    "a role",
    { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_SESSION_TOKEN: "c" },
    { accessKeyId: "a", secretAccessKey: "b", sessionToken: "c" },
  ],
  [
    "a user, with an empty token",
    { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_SESSION_TOKEN: "" },
    { accessKeyId: "a", secretAccessKey: "b" },
  ],
  ["nobody", { AWS_ACCESS_KEY_ID: "a" }, undefined],
])("the environment's keys are those of %s", (_who, env, keys) => {
  expect(awsKeysIn(env)).toEqual(keys);
});
